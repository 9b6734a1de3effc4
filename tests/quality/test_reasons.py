import re

import pytest

from dermaflow.quality import conflicts, faults, labels, withheld
from dermaflow.quality.reasons import EXPLANATIONS, explained


def reasons_of(module):
    """The constants of a module that are reasons: upper-case names whose value is the name in kebab-case."""
    constants = {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    return {value for name, value in constants.items() if value == name.lower().replace("_", "-")}


@pytest.mark.parametrize("module", [conflicts, faults, labels, withheld])
def test_every_reason_that_the_code_gives_is_explained(module):
    assert reasons_of(module)
    assert reasons_of(module) <= set(EXPLANATIONS)


def test_nothing_is_explained_that_no_code_gives():
    assert set(EXPLANATIONS) <= {
        reason for module in (conflicts, faults, labels, withheld) for reason in reasons_of(module)
    }


@pytest.mark.parametrize("reason", EXPLANATIONS)
def test_an_explanation_is_a_title_and_whole_sentences(reason):
    told = explained(reason)
    assert re.fullmatch(r"[A-Z][^.]{2,50}", told.title)
    assert all(re.fullmatch(r"[A-Z].*\.", text, flags=re.DOTALL) for text in (told.meaning, told.advice) if text)
    assert told.meaning


def test_an_unknown_reason_is_shown_under_its_own_name():
    assert explained("too-odd").title == "Too odd"
