"""metrics.json: what is in it, what is null, and how a person reads it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dermaflow.core.measures import in_words
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import WIDTH, metrics_of, summary_lines

PARAMS = EvaluateParams(bootstrap_samples=200, seed=7)
CLASSES = ("dermatofibroma", "melanoma", "nevus")


def outcome(simulate, classes=CLASSES, images=90, shown=3):
    generator = np.random.default_rng(0)
    truth = np.arange(images, dtype=np.int64) % shown
    groups = [f"g{number // 2}" for number in range(images)]
    return Outcome(classes, truth, simulate(generator, truth, len(classes), 1.5), groups)


def with_threshold(one, threshold=0.3):
    attributes = {"sex": ["female", "male"] * (len(one.truth) // 2)}
    return replace(one, threshold=threshold, attributes=attributes)


def figures_in(part):
    """Every {value, low, high} of a nested report."""
    if isinstance(part, dict) and set(part) == {"value", "low", "high"}:
        return [part]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return [figure for each in parts for figure in figures_in(each)]


def test_every_measure_has_a_value_inside_its_interval(simulate):
    metrics = metrics_of(with_threshold(outcome(simulate)), PARAMS)
    assert (metrics["n_images"], metrics["n_groups"]) == (90, 45)
    assert tuple(metrics["per_class"]) == CLASSES
    assert [of_class["n"] for of_class in metrics["per_class"].values()] == [30, 30, 30]
    assert [each["name"] for each in metrics["subgroups"]["sex"]] == ["female", "male"]
    assert (metrics["operating_point"]["diagnosis"], metrics["operating_point"]["threshold"]) == ("melanoma", 0.3)
    figures = figures_in({**metrics, "brier": None})
    assert len(figures) == 7 + 4 + (4 + 3) * 3 + 2 * (8 + 4 + (4 + 3) * 3)
    for figure in figures:
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
        assert figure["low"] < figure["high"]
    assert 0 < metrics["brier"]["low"] < metrics["brier"]["value"] < metrics["brier"]["high"] < 2


def test_the_same_test_gives_the_same_json(simulate):
    one = with_threshold(outcome(simulate))
    assert json.dumps(metrics_of(one, PARAMS), allow_nan=False) == json.dumps(metrics_of(one, PARAMS), allow_nan=False)


def test_the_order_of_images_does_not_matter(simulate):
    one = outcome(simulate)
    back = Outcome(one.classes, one.truth[::-1], one.probabilities[::-1], one.groups[::-1])
    there, again = metrics_of(one, PARAMS), metrics_of(back, PARAMS)
    for figure, same in zip(figures_in(there), figures_in(again), strict=True):
        assert figure == pytest.approx(same, rel=1e-12)


def test_the_auc_of_a_class_is_that_of_melanoma_where_it_is_melanoma(simulate):
    metrics = metrics_of(outcome(simulate), PARAMS)
    assert metrics["per_class"]["melanoma"]["auc"] == metrics["melanoma_auc"]
    assert metrics["confusion"]["melanoma"]["melanoma"] == metrics["per_class"]["melanoma"]["sensitivity"]
    assert metrics["melanoma_vs_nevus_auc"] != metrics["melanoma_auc"]


def test_without_a_threshold_or_without_nevi_what_needs_them_is_null(simulate):
    metrics = metrics_of(outcome(simulate, ("melanoma", "dermatofibroma", "vascular lesion")), PARAMS)
    assert metrics["operating_point"] is None
    assert metrics["melanoma_vs_nevus_auc"] is None
    told = "\n".join(summary_lines({"phantom": False, "shortcuts": {}, **metrics}))
    assert f"{'operating point':<{WIDTH}} none: melanoma is no class, or no validation image shows it" in told


def test_small_subgroups_are_warned_of(simulate):
    metrics = metrics_of(with_threshold(outcome(simulate)), PARAMS)
    told = "\n".join(summary_lines({"phantom": False, "shortcuts": {}, **metrics}))
    assert "warning: 2 of 2 subgroups are small (fewer than 100 groups with melanoma or fewer than 100 without)" in told
    assert f"    {'sensitivity':<{WIDTH - 2}} {in_words(metrics['operating_point']['sensitivity'])}" in told


def test_without_a_melanoma_class_its_auc_is_null(simulate):
    assert metrics_of(outcome(simulate, ("dermatofibroma", "nevus", "vascular lesion")), PARAMS)["melanoma_auc"] is None


def test_a_class_without_test_images_is_null_and_the_rest_stands(simulate):
    metrics = metrics_of(outcome(simulate, shown=2), PARAMS)
    assert metrics["classes_without_test_images"] == ["nevus"]
    told = "\n".join(summary_lines({"phantom": False, "shortcuts": {}, **metrics}))
    assert "balanced accuracy and macro AUC are over 2 of 3 classes: no test image shows nevus" in told
    assert metrics["per_class"]["nevus"]["n"] == 0
    assert metrics["per_class"]["nevus"]["sensitivity"] == {"value": None, "low": None, "high": None}
    assert metrics["per_class"]["nevus"]["specificity"]["value"] is not None
    assert metrics["balanced_accuracy"]["value"] is not None


def test_the_summary_says_what_was_tested_and_how_sure_it_is(simulate):
    beside = {"melanoma_auc": {"value": 0.92, "low": 0.9, "high": 0.94, "by": "id range"}}
    metrics = {"phantom": True, **metrics_of(outcome(simulate), PARAMS), "shortcuts": beside}
    text = "\n".join(summary_lines(metrics))
    assert "90 phantom (generated) test images in 45 groups" in text
    assert in_words(metrics["balanced_accuracy"]) in text
    assert "n = 30" in text
    assert f"{in_words(metrics['melanoma_auc'])}; without the lesion 0.920 (0.900 to 0.940), by id range" in text
    assert text.count("without the lesion") == 1
    assert metrics["classes_without_test_images"] == []
    assert "no test image shows" not in text


def test_a_perfect_model_on_few_groups_is_not_said_to_be_certain():
    truth = np.arange(24, dtype=np.int64) % 3
    perfect = Outcome(CLASSES, truth, np.eye(3)[truth], [f"g{number}" for number in range(24)], 0.5)
    metrics = metrics_of(perfect, PARAMS)
    for figure in (
        metrics["melanoma_auc"],
        metrics["melanoma_vs_nevus_auc"],
        metrics["operating_point"]["sensitivity"],
        metrics["per_class"]["nevus"]["auc"],
    ):
        assert figure == {"value": 1.0, "low": pytest.approx(0.025 ** (1 / 8)), "high": 1.0}
    assert metrics["ece"]["value"] == 0
