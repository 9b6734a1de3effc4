import io
from dataclasses import replace

import pytest
from rich.console import Console

from dermaflow.commands.check_terminal import plain, summary
from dermaflow.quality.conclusion import Conclusion, conclusion_of
from tests.quality.phantom_audit import drawn_audit


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    return drawn_audit(tmp_path_factory.mktemp("drawn"))


def said(audit, conclusion=None, **options):
    stream = io.StringIO()
    console = Console(file=stream, width=100, **options)
    console.print(summary(audit, conclusion or conclusion_of(audit.verdict, ())))
    return stream.getvalue()


def test_conclusion_story_reasons_leaks_and_shortcuts_are_told(audited):
    text = " ".join(said(audited).split())
    assert "These data must not be trusted as they are" in text
    assert all(" ".join(sentence.split()) in text for sentence in audited.story)
    assert f"{audited.verdict['quarantined']['contradicting-labels']} One picture, two diagnoses contradicting" in text
    assert f"{audited.verdict['leaks']['same lesion']} same lesion" in text
    assert "2 nevus → melanoma" in text
    for shortcut in audited.shortcuts:
        if shortcut.melanoma_auc:
            assert f"{shortcut.name} AUC {shortcut.melanoma_auc[0]:.2f}" in text


def test_the_conclusion_comes_before_all_else_but_the_mark_of_phantoms(audited):
    lines = said(audited).splitlines()
    assert lines[0].startswith("PHANTOM")
    assert lines[1].startswith("These data must not be trusted")


def test_photographs_are_not_called_phantoms(audited):
    assert "PHANTOM: " not in said(replace(audited, verdict=audited.verdict | {"phantom": False}))


@pytest.mark.parametrize(("level", "colour"), [("untrusted", "31"), ("remarks", "33"), ("sound", "32")])
def test_the_conclusion_has_the_colour_of_its_level_on_a_terminal(audited, level, colour):
    text = said(audited, Conclusion(level, "So it is."), force_terminal=True, color_system="standard")
    assert f"\x1b[1;{colour}mSo it is." in text


def test_without_a_terminal_there_is_no_colour(audited):
    assert "\x1b" not in said(audited)


def test_a_name_cannot_steer_the_terminal_nor_bring_markup(audited):
    hostile = replace(audited, story=("[red]x[/red] \x1b[2J\x1b]0;title\x07 \u202e here",))
    text = said(hostile, force_terminal=True, color_system="standard")
    assert "[red]x[/red] \\x1b[2J\\x1b]0;title\\x07 \\u202e here" in text


def test_text_of_any_script_stays_as_it_is():
    assert plain("Nävus 母斑 → 2") == "Nävus 母斑 → 2"


def test_nothing_found_is_said_in_one_line(audited):
    nothing = {"phantom": False, "quarantined": {}, "corrected": {}, "leaks": {}}
    quiet = replace(audited, story=(), shortcuts=(), verdict=audited.verdict | nothing)
    assert said(quiet, Conclusion("sound", "All is well.")).split("\n")[0] == "All is well."
