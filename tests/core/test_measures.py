"""How a person reads a figure."""

import pytest

from dermaflow.core.measures import in_words, n_small, too_few, without_lesion


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"value": 0.6123, "low": 0.56, "high": 0.66}, "0.612 (0.560 to 0.660)"),
        ({"value": 0.5, "low": None, "high": None}, "0.500 (no interval: fewer than two groups)"),
        ({"value": None, "low": None, "high": None}, "undefined"),
        ({}, "undefined"),
        (None, "undefined"),
    ],
)
def test_a_figure_is_put_in_words(figure, words):
    assert in_words(figure) == words


def test_digits_and_the_sign_of_a_difference_are_asked_for():
    figure = {"value": 0.0146, "low": -0.008, "high": 0.039}
    assert in_words(figure, digits=2) == "0.01 (-0.01 to 0.04)"
    assert in_words(figure, signed=True) == "+0.015 (-0.008 to +0.039)"


def test_small_subgroups_are_counted_over_all_attributes():
    figures = {"sex": [{"small": True}, {"small": False}], "age": [{"small": True}]}
    assert n_small(figures) == (2, 3)
    assert n_small({}) == (0, 0)


def test_what_a_shortcut_reaches_follows_a_figure_and_nothing_follows_where_there_is_none():
    shortcut = {"value": 0.9, "low": 0.8, "high": 0.95, "by": "number"}
    assert without_lesion(shortcut) == "; without the lesion 0.900 (0.800 to 0.950), by number"
    assert without_lesion(None) == ""


def test_what_is_too_few_follows_from_whether_melanoma_is_told():
    assert too_few(melanoma=True) == "fewer than 100 groups with melanoma or fewer than 100 without"
    assert too_few(melanoma=False) == "fewer than 100 groups"
