import numpy as np
import pytest

from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.pooled import over_folds, pooled, pooled_metrics
from dermaflow.evaluation.report import metrics_of

CLASSES = ("melanoma", "nevus")
PARAMS = EvaluateParams(bootstrap_samples=100, seed=7)


def fold(p_melanoma, truth, threshold, start=0):
    p_melanoma = np.array(p_melanoma)
    groups = [f"g{start + number}" for number in range(len(truth))]
    sexes = ["female", "male"] * (len(truth) // 2)
    probabilities = np.column_stack([p_melanoma, 1 - p_melanoma])
    return Outcome(CLASSES, np.array(truth), probabilities, groups, threshold, {"sex": sexes})


@pytest.fixture
def folds():
    """The melanomas of the second fold get half the probability of the first's, and its threshold is half as high."""
    return [fold([0.8, 0.6, 0.3, 0.1], [0, 0, 1, 1], 0.5), fold([0.4, 0.3, 0.2, 0.05], [0, 0, 1, 1], 0.25, start=4)]


def test_all_images_count_once_with_intervals_over_all_groups(folds):
    metrics = pooled_metrics(folds, PARAMS)
    together = fold([0.8, 0.6, 0.3, 0.1, 0.4, 0.3, 0.2, 0.05], [0, 0, 1, 1] * 2, None)
    expected = metrics_of(together, PARAMS)
    assert metrics["n_images"] == metrics["n_groups"] == 8
    assert metrics["accuracy"] == expected["accuracy"]
    assert metrics["melanoma_auc"] == expected["melanoma_auc"]


def test_each_image_is_suspected_at_the_threshold_of_the_model_that_judged_it(folds):
    point = pooled_metrics(folds, PARAMS)["operating_point"]
    assert point["sensitivity"]["value"] == point["specificity"]["value"] == 1.0
    assert point["thresholds"] == [0.5, 0.25]
    assert point["threshold"] == pytest.approx(0.375)
    at_one_for_all = metrics_of(fold([0.8, 0.6, 0.3, 0.1, 0.4, 0.3, 0.2, 0.05], [0, 0, 1, 1] * 2, 0.5), PARAMS)
    assert at_one_for_all["operating_point"]["sensitivity"]["value"] == 0.5


def test_a_subgroup_keeps_the_thresholds_of_its_images(folds):
    women, men = pooled_metrics(folds, PARAMS)["subgroups"]["sex"]
    assert (women["name"], women["n"]) == ("female", 4)
    assert women["sensitivity"]["value"] == men["sensitivity"]["value"] == 1.0


def test_where_a_fold_has_no_threshold_there_is_no_operating_point(folds):
    first, second = folds
    without = [first, fold([0.4, 0.3, 0.2, 0.05], [0, 0, 1, 1], None, start=4)]
    assert pooled(without).suspected is None
    assert pooled_metrics(without, PARAMS)["operating_point"] is None
    assert pooled([first, second]).suspected.tolist() == [True, True, False, False] * 2


def test_the_spread_over_folds_is_that_of_a_sample_and_leaves_out_what_a_fold_does_not_have():
    metrics = [
        {"accuracy": {"value": value}, "macro_auc": {"value": auc}, "melanoma_auc": None}
        for value, auc in ((0.5, 0.8), (0.7, None))
    ]
    assert over_folds(metrics) == {"accuracy": {"mean": pytest.approx(0.6), "sd": pytest.approx(0.1414, abs=1e-4)}}
