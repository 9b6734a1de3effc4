"""The figures of each diagnosis: by what they are measured, and on how many groups their intervals rest."""

import numpy as np
import pytest

from dermaflow.evaluation.by_class import MEASURED, class_figures, class_measures
from dermaflow.evaluation.intervals import drawn
from dermaflow.evaluation.metrics import measure
from dermaflow.evaluation.outcome import Outcome

CLASSES = ("dermatofibroma", "melanoma", "nevus")


def figures(outcome):
    found = drawn(
        lambda weights: class_measures(measure(outcome.truth, outcome.probabilities, weights)), outcome.groups, 200, 7
    )
    return class_figures(outcome, found)


@pytest.fixture
def outcome(simulate):
    truth = np.arange(90, dtype=np.int64) % 3
    return Outcome(CLASSES, truth, simulate(np.random.default_rng(0), truth, 3, 1.5), [f"g{n}" for n in range(90)])


def test_each_class_has_its_own_measures_with_intervals(outcome):
    whole = measure(outcome.truth, outcome.probabilities)
    found = figures(outcome)
    assert tuple(found) == CLASSES
    for index, of_class in enumerate(found.values()):
        assert of_class["n"] == 30
        for name in MEASURED:
            assert of_class[name]["value"] == getattr(whole, name)[0, index]
            assert of_class[name]["low"] < of_class[name]["value"] < of_class[name]["high"]


def test_a_class_of_one_group_has_a_sensitivity_without_interval_and_a_specificity_with_one(outcome):
    groups = ["one" if label == 1 else group for label, group in zip(outcome.truth, outcome.groups, strict=True)]
    melanoma = figures(Outcome(CLASSES, outcome.truth, outcome.probabilities, groups))["melanoma"]
    assert melanoma["sensitivity"]["low"] is None
    assert melanoma["auc"]["low"] is None
    assert melanoma["specificity"]["low"] is not None


def test_a_class_that_no_image_shows_has_a_specificity_only(outcome):
    shown = outcome.truth != 0
    found = figures(outcome.part(shown))["dermatofibroma"]
    assert found["n"] == 0
    assert found["auc"]["value"] is None
    assert found["sensitivity"]["value"] is None
    assert found["specificity"]["value"] is not None
