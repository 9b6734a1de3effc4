"""The headline measures of a set of test images: what is defined, and what stands behind each."""

from dataclasses import replace

import numpy as np
import pytest

from dermaflow.core.measures import HEADLINES
from dermaflow.evaluation.calibration import brier_score, calibration_error
from dermaflow.evaluation.headlines import groups_behind_each, headline_figure, headline_figures, headline_measures
from dermaflow.evaluation.intervals import drawn
from dermaflow.evaluation.metrics import auc_between, measure
from dermaflow.evaluation.outcome import Outcome

CLASSES = ("dermatofibroma", "melanoma", "nevus")
ONCE = np.ones((1, 90))


@pytest.fixture
def tested(simulate):
    truth = np.repeat(np.arange(3, dtype=np.int64), (45, 15, 30))
    groups = [f"g{number // 3}" for number in range(90)]
    return Outcome(CLASSES, truth, simulate(np.random.default_rng(0), truth, 3, 1.5), groups)


def test_each_is_what_its_own_function_says(tested):
    truth, probabilities = tested.truth, tested.probabilities
    found, known = headline_measures(tested, ONCE), measure(truth, probabilities)
    assert set(found) == set(HEADLINES)
    assert found["balanced_accuracy"] == known.balanced_accuracy
    assert found["accuracy"] == known.accuracy
    assert found["macro_auc"] == known.macro_auc
    assert found["melanoma_auc"] == known.auc[0, 1]
    assert found["melanoma_vs_nevus_auc"] == auc_between(truth, probabilities, ONCE, 1, 2)
    assert found["ece"] == calibration_error(truth, probabilities, ONCE)
    assert found["brier"] == brier_score(truth, probabilities, ONCE)


def test_only_what_is_asked_for_and_defined_is_given(tested):
    assert set(headline_measures(tested, ONCE, ("accuracy", "melanoma_auc"))) == {"accuracy", "melanoma_auc"}
    no_nevus = replace(tested, classes=("dermatofibroma", "melanoma", "vascular lesion"))
    assert set(HEADLINES) - set(headline_measures(no_nevus, ONCE)) == {"melanoma_vs_nevus_auc"}
    no_melanoma = replace(tested, classes=("dermatofibroma", "vascular lesion", "nevus"))
    lacking = {"melanoma_auc", "melanoma_vs_nevus_auc"}
    assert set(HEADLINES) - set(headline_measures(no_melanoma, ONCE)) == lacking
    found = drawn(lambda weights: headline_measures(no_melanoma, weights), no_melanoma.groups, 50, 7)
    assert {name for name, figure in headline_figures(no_melanoma, found, 7).items() if figure is None} == lacking


def test_behind_an_auc_stands_the_smaller_side(tested):
    behind = groups_behind_each(tested)
    assert behind["balanced_accuracy"] == 30
    assert behind["melanoma_auc"] == 5  # of melanoma, 25 of the rest
    assert behind["melanoma_vs_nevus_auc"] == 5
    assert groups_behind_each(replace(tested, classes=("a", "b", "c")))["melanoma_auc"] == 0


def test_a_share_that_all_images_agree_in_has_an_exact_end_and_balanced_accuracy_has_not(tested):
    perfect = replace(tested, probabilities=np.eye(3)[tested.truth])
    found = drawn(lambda weights: headline_measures(perfect, weights), perfect.groups, 50, 7)
    assert headline_figure(found, "accuracy", 30) == {
        "value": 1.0,
        "low": pytest.approx(0.025 ** (1 / 30)),
        "high": 1.0,
    }
    assert headline_figure(found, "balanced_accuracy", 30) == {"value": 1.0, "low": 1.0, "high": 1.0}
