import pytest
from jinja2 import Environment, StrictUndefined, nodes

from dermaflow.quality import report_template

TEMPLATES = {name: text for name, text in vars(report_template).items() if name.isupper() and name != "STYLE"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_switches_escaping_off(name):
    syntax = Environment(undefined=StrictUndefined, autoescape=True).parse(TEMPLATES[name])
    assert not [each for each in syntax.find_all(nodes.Filter) if each.name in {"safe", "forceescape"}]
    assert not list(syntax.find_all(nodes.ScopedEvalContextModifier))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_attribute_that_a_value_fills_is_quoted(name):
    assert not [piece for piece in TEMPLATES[name].split("{{")[:-1] if piece.rstrip().endswith("=")]


def test_classes_that_templates_use_have_a_style():
    for name in ("phantom", "verdict", "untrusted", "remarks", "sound", "pair", "torn", "scale", "range", "harmless"):
        assert f".{name}" in report_template.STYLE
