"""Figures by subgroup: who belongs where, what is small, and subgroups of one image or none of a kind."""

import numpy as np
import pandas as pd
import pytest

from dermaflow.core.measures import ENOUGH
from dermaflow.evaluation.calibration import brier_score, calibration_error
from dermaflow.evaluation.metrics import auc_between, measure
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.subgroups import AGE_BANDS, attributes_of, subgroup_figures

PARAMS = EvaluateParams(bootstrap_samples=200, seed=7)
CLASSES = ("dermatofibroma", "melanoma", "nevus")
UNDEFINED = {"value": None, "low": None, "high": None}


def outcome(simulate, names, classes=CLASSES, threshold=0.3):
    images = len(names)
    truth = np.arange(images, dtype=np.int64) % 3
    scores = simulate(np.random.default_rng(0), truth, 3, 1.5)
    return Outcome(classes, truth, scores, [f"g{number}" for number in range(images)], threshold, {"sex": names})


def test_ages_fall_into_bands_and_what_is_blank_is_unknown():
    cells = ["0", "29.5", "30", "44", "45", "60.0", "74", "75", "90", "", "old"]
    lesions = pd.DataFrame({"age": cells, "sex": "", "site": " back ", "source": "ham"})
    attributes = attributes_of(lesions)
    bands = list(AGE_BANDS)
    expected = [bands[0]] * 2 + [bands[1]] * 2 + [bands[2]] + [bands[3]] * 2 + [bands[4]] * 2 + ["unknown"] * 2
    assert attributes["age"] == expected
    assert set(attributes["sex"]) == {"unknown"}
    assert set(attributes["site"]) == {"back"}
    assert list(attributes) == ["age", "sex", "site", "source"]


def test_a_table_without_any_age_is_one_subgroup():
    lesions = pd.DataFrame({name: ["", ""] for name in ("age", "sex", "site", "source")}, dtype=str)
    assert attributes_of(lesions)["age"] == ["unknown", "unknown"]


def test_subgroups_run_from_large_to_small_with_the_unknown_last(simulate):
    names = ["unknown"] * 30 + ["male"] * 6 + ["female"] * 12
    (figures,) = subgroup_figures(outcome(simulate, names), PARAMS).values()
    assert [(each["name"], each["n"]) for each in figures] == [("female", 12), ("male", 6), ("unknown", 30)]


def test_age_bands_run_by_age(simulate):
    names = ["75+"] * 9 + ["unknown"] * 3 + ["0–29"] * 3 + ["45–59"] * 3
    (figures,) = subgroup_figures(outcome(simulate, names), PARAMS).values()
    assert [each["name"] for each in figures] == ["0–29", "45–59", "75+", "unknown"]


def test_a_subgroup_is_measured_as_its_images_alone_would_be(simulate):
    one = outcome(simulate, ["female", "male"] * 60)
    female, male = subgroup_figures(one, PARAMS)["sex"]
    part = one.part(np.arange(120) % 2 == 0)
    alone = measure(part.truth, part.probabilities)
    assert female["balanced_accuracy"]["value"] == alone.balanced_accuracy[0]
    assert female["macro_auc"]["value"] == alone.macro_auc[0]
    assert female["melanoma_auc"]["value"] == alone.auc[0, 1]
    assert female["accuracy"]["value"] == alone.accuracy[0]
    every = np.ones((1, 60))
    assert female["melanoma_vs_nevus_auc"]["value"] == auc_between(part.truth, part.probabilities, every, 1, 2)[0]
    assert female["ece"]["value"] == calibration_error(part.truth, part.probabilities, every)[0]
    assert female["brier"]["value"] == brier_score(part.truth, part.probabilities, every)[0]
    shown, suspected = part.truth == 1, part.probabilities[:, 1] >= 0.3
    assert female["sensitivity"]["value"] == suspected[shown].mean()
    assert female["specificity"]["value"] == pytest.approx((~suspected)[~shown].mean())
    assert female["ppv"]["value"] == pytest.approx(shown[suspected].mean())
    assert female["npv"]["value"] == pytest.approx((~shown)[~suspected].mean())
    named = part.probabilities.argmax(axis=1)
    assert female["confusion"]["melanoma"]["nevus"]["value"] == pytest.approx((named[shown] == 2).mean())
    assert 0 < female["ece_if_calibrated"]["value"] < 1
    assert (female["n"], female["n_groups"], female["n_melanoma"], female["n_classes"]) == (60, 60, 20, 3)
    for index, name in enumerate(CLASSES):
        of_class = female["per_class"][name]
        assert of_class["n"] == 20
        assert of_class["auc"]["value"] == alone.auc[0, index]
        assert of_class["sensitivity"]["value"] == alone.sensitivity[0, index]
    for name in ("balanced_accuracy", "accuracy", "macro_auc", "melanoma_auc", "melanoma_vs_nevus_auc", "ece", "brier"):
        assert male[name]["low"] <= male[name]["value"] <= male[name]["high"]


def test_a_subgroup_of_one_image_has_values_without_intervals(simulate):
    one, _ = reversed(subgroup_figures(outcome(simulate, ["female"] * 29 + ["male"]), PARAMS)["sex"])
    assert (one["name"], one["n"], one["n_melanoma"], one["small"]) == ("male", 1, 0, True)
    assert one["balanced_accuracy"]["low"] is None
    assert one["balanced_accuracy"]["value"] in {0.0, 1.0}
    assert one["melanoma_auc"] == UNDEFINED
    assert one["sensitivity"] == UNDEFINED
    assert one["specificity"]["value"] is not None


def test_a_subgroup_is_small_below_100_groups_with_melanoma_or_without(simulate):
    def small(images, groups=None):
        one = outcome(simulate, ["female"] * images)
        if groups:
            one = Outcome(one.classes, one.truth, one.probabilities, groups, 0.3, one.attributes)
        return subgroup_figures(one, PARAMS)["sex"][0]["small"]

    assert small(3 * ENOUGH - 3)
    assert not small(3 * ENOUGH)
    assert small(3 * ENOUGH, groups=[f"g{number // 6}" for number in range(3 * ENOUGH)])


def test_without_a_melanoma_class_a_subgroup_is_small_below_100_groups(simulate):
    classes = ("dermatofibroma", "nevus", "vascular lesion")
    for images, small in ((ENOUGH - 1, True), (ENOUGH, False)):
        (found,) = subgroup_figures(outcome(simulate, ["female"] * images, classes), PARAMS)["sex"]
        assert (found["small"], found["melanoma_auc"], found["sensitivity"]) == (small, None, None)
