"""How the page behaves on paper, read off its style: what is too easily lost when it is changed."""

import re

import pytest
from jinja2 import Environment

from dermaflow.model_card import template


def rules_of_print():
    return template.STYLE[template.STYLE.index("@media print") :]


def test_paper_is_a4():
    assert re.search(r"@page \{ size: A4;", template.STYLE)


@pytest.mark.parametrize("what", ["tr", "figure", "pre", r"\.warning"])
def test_nothing_that_belongs_together_is_cut_between_pages(what):
    assert re.search(rf"(^|[\s,]){what}(,[^{{]*)? \{{ break-inside: avoid; \}}", rules_of_print())


def test_a_long_table_repeats_its_head_and_no_figure_is_wider_than_the_page():
    assert "thead { display: table-header-group; }" in rules_of_print()
    assert "max-width: 100%" in template.STYLE


def test_marks_keep_their_colour_on_paper():
    for mark in (".phantom", ".warning"):
        rule = template.STYLE[template.STYLE.index(f"{mark} {{") :]
        assert "print-color-adjust: exact" in rule[: rule.index("}")]


@pytest.mark.parametrize("name", ["PAGE", "TEXT", "POINTS", "CODE", "TABLE", "PICTURE"])
def test_each_template_is_well_formed(name):
    assert Environment(autoescape=True).from_string(getattr(template, name))
