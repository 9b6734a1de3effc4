"""The confusion matrix as shares with intervals: by hand, against the sensitivities, and where there is nothing."""

import numpy as np
import pytest

from dermaflow.evaluation.confusion import confusion_figures, confusion_measures
from dermaflow.evaluation.intervals import drawn
from dermaflow.evaluation.metrics import measure
from dermaflow.evaluation.outcome import Outcome

CLASSES = ("dermatofibroma", "melanoma", "nevus")
UNDEFINED = {"value": None, "low": None, "high": None}


def figures(outcome):
    return confusion_figures(
        outcome, drawn(lambda weights: confusion_measures(outcome, weights), outcome.groups, 200, 7)
    )


def named(*pairs):
    """Images of the first of each pair that are named the second, a group each."""
    truth, said = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    return Outcome(CLASSES, truth, np.eye(3)[said], [f"g{number}" for number in range(len(truth))])


def test_the_images_of_a_diagnosis_are_shared_out_among_what_they_are_named():
    found = figures(named((1, 1), (1, 2), (1, 2), (1, 2), (2, 2), (2, 0)))
    assert [figure["value"] for figure in found["melanoma"].values()] == [0, 0.25, 0.75]
    assert [figure["value"] for figure in found["nevus"].values()] == [0.5, 0, 0.5]


def test_the_diagonal_is_the_sensitivity_and_an_interval_holds_its_value(simulate):
    truth = np.arange(90, dtype=np.int64) % 3
    outcome = Outcome(CLASSES, truth, simulate(np.random.default_rng(0), truth, 3, 1.5), [f"g{n}" for n in range(90)])
    found, known = figures(outcome), measure(outcome.truth, outcome.probabilities)
    for index, name in enumerate(CLASSES):
        assert found[name][name]["value"] == pytest.approx(known.sensitivity[0, index])
        assert sum(figure["value"] for figure in found[name].values()) == pytest.approx(1)
        assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in found[name].values())


def test_a_mistake_that_was_not_made_may_yet_be_made():
    never = figures(named(*[(1, 1)] * 10, (2, 2)))["melanoma"]["nevus"]
    assert never == {"value": 0.0, "low": 0.0, "high": pytest.approx(0.308, abs=0.001)}  # Clopper-Pearson, 0 of 10


def test_nothing_is_said_of_a_diagnosis_that_no_image_shows():
    assert set(map(str, figures(named((1, 1), (2, 1)))["dermatofibroma"].values())) == {str(UNDEFINED)}
