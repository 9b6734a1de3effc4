"""How a person reads a figure."""

import pytest

from dermaflow.core.measures import in_words


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
