"""Every measure against scikit-learn, weighted or not, and what happens where it is undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, average_precision_score, recall_score, roc_auc_score

from dermaflow.evaluation.metrics import (
    Floats,
    Indices,
    auc_between,
    balanced_accuracy,
    measure,
    not_shown,
    precision_recall_points,
    roc_points,
)

Case = tuple[Indices, Floats, Floats]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Truth, scores with many ties, and whole-numbered weights of which at least one is positive."""
    images, classes = draw(st.integers(1, 25)), draw(st.integers(2, 5))
    truth = draw(st.lists(st.integers(0, classes - 1), min_size=images, max_size=images))
    scores = draw(st.lists(st.integers(0, 6), min_size=images * classes, max_size=images * classes))
    weights = draw(st.lists(st.integers(0, 3), min_size=images, max_size=images).filter(any))
    return np.array(truth), np.array(scores, dtype=float).reshape(images, classes) / 6, np.array(weights, dtype=float)


def sklearn_recall(truth, chosen, weights, *, positive: bool) -> float:
    if not weights[truth == positive].any():
        return float("nan")
    return recall_score(truth, chosen, pos_label=positive, sample_weight=weights, zero_division=0)


@given(cases())
@settings(deadline=None, max_examples=80)
def test_measures_equal_those_of_scikit_learn(case: Case):
    truth, scores, weights = case
    ours = measure(truth, scores, weights[np.newaxis])
    chosen = scores.argmax(axis=1)
    assert ours.accuracy[0] == pytest.approx(accuracy_score(truth, chosen, sample_weight=weights))
    recalls, aucs = [], []
    for index in range(scores.shape[1]):
        shown, named = truth == index, chosen == index
        recalls.append(sklearn_recall(shown, named, weights, positive=True))
        assert ours.sensitivity[0, index] == pytest.approx(recalls[-1], nan_ok=True)
        assert ours.specificity[0, index] == pytest.approx(
            sklearn_recall(shown, named, weights, positive=False), nan_ok=True
        )
        held = weights > 0
        both = len(set(shown[held])) == 2
        auc = roc_auc_score(shown[held], scores[held, index], sample_weight=weights[held]) if both else np.nan
        aucs.append(auc)
        assert ours.auc[0, index] == pytest.approx(auc, nan_ok=True)
        precision = average_precision_score(shown, scores[:, index], sample_weight=weights) if both else np.nan
        assert ours.average_precision[0, index] == pytest.approx(precision, nan_ok=True)
    assert ours.balanced_accuracy[0] == pytest.approx(np.nanmean(recalls))
    expected = np.nanmean(aucs) if np.isfinite(aucs).any() else np.nan
    assert ours.macro_auc[0] == pytest.approx(expected, nan_ok=True)


@given(cases())
@settings(deadline=None, max_examples=40)
def test_a_weight_of_two_is_the_image_twice(case: Case):
    truth, scores, weights = case
    weighted = measure(truth, scores, weights[np.newaxis])
    times = weights.astype(int)
    repeated = measure(np.repeat(truth, times), np.repeat(scores, times, axis=0))
    for name in vars(weighted):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), err_msg=name)


def test_many_weightings_at_once_equal_each_alone(simulate):
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=60)
    scores = simulate(generator, truth, 3, 1.0)
    weights = generator.integers(0, 3, size=(5, 60)).astype(float)
    together = measure(truth, scores, weights)
    for row in range(5):
        alone = measure(truth, scores, weights[row : row + 1])
        assert together.macro_auc[row] == alone.macro_auc[0]
        np.testing.assert_array_equal(together.sensitivity[row], alone.sensitivity[0])


def test_a_class_without_images_is_left_out_of_the_means():
    truth = np.array([0, 0, 1, 1])
    scores = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [0.2, 0.7, 0.1], [0.3, 0.6, 0.1]])
    ours = measure(truth, scores)
    assert np.isnan(ours.sensitivity[0, 2])
    assert np.isnan(ours.auc[0, 2])
    assert ours.specificity[0, 2] == 0.75
    assert ours.balanced_accuracy[0] == 0.75
    assert ours.macro_auc[0] == pytest.approx((0.5 + 1) / 2)


def test_a_test_of_one_class_has_no_auc():
    ours = measure(np.array([1, 1]), np.array([[0.2, 0.8], [0.6, 0.4]]))
    assert np.isnan(ours.macro_auc[0])
    assert ours.balanced_accuracy[0] == 0.5


def test_the_area_under_the_roc_points_is_the_auc(simulate):
    generator = np.random.default_rng(1)
    truth = generator.integers(4, size=200)
    scores = simulate(generator, truth, 4, 0.8).round(2)
    areas = [np.trapezoid(*roc_points(truth == index, scores[:, index])[::-1]) for index in range(4)]
    np.testing.assert_allclose(areas, measure(truth, scores).auc[0])


def test_the_area_under_the_precision_recall_points_is_the_average_precision(simulate):
    generator = np.random.default_rng(1)
    truth = generator.integers(4, size=200)
    scores = simulate(generator, truth, 4, 0.8)[:, 2].round(2)
    recall, precision = precision_recall_points(truth == 2, scores)
    assert (recall[0], recall[-1]) == (0, 1)
    area = (np.diff(recall) * precision[1:]).sum()
    assert area == pytest.approx(average_precision_score(truth == 2, scores))


def test_one_class_versus_another_is_judged_among_their_images_by_their_shares(simulate):
    generator = np.random.default_rng(2)
    truth = generator.integers(4, size=300)
    scores = simulate(generator, truth, 4, 0.8).round(2)
    scores[:3, 1:3] = 0  # these say nothing of either
    weights = generator.integers(0, 3, size=(1, 300)).astype(float)
    among = np.isin(truth, [1, 2]) & (weights[0] > 0)
    total = scores[among, 1] + scores[among, 2]
    shares = np.where(total > 0, scores[among, 1] / np.where(total > 0, total, 1), 0.5)
    expected = roc_auc_score(truth[among] == 1, shares, sample_weight=weights[0, among])
    assert auc_between(truth, scores, weights, 1, 2)[0] == pytest.approx(expected)


def test_one_class_versus_another_that_no_image_shows_is_undefined():
    assert np.isnan(auc_between(np.array([0, 0]), np.full((2, 3), 1 / 3), np.ones((1, 2)), 0, 2)[0])


def test_balanced_accuracy_alone_is_that_of_all_measures(simulate):
    generator = np.random.default_rng(3)
    truth = generator.integers(3, size=60)
    scores = simulate(generator, truth, 3, 1.0)
    weights = generator.integers(0, 3, size=(5, 60)).astype(float)
    np.testing.assert_array_equal(
        balanced_accuracy(truth, scores, weights), measure(truth, scores, weights).balanced_accuracy
    )


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_a_curve_of_one_kind_of_image_has_no_points(positive):
    for points in (roc_points, precision_recall_points):
        assert points(np.array(positive), np.array([0.1, 0.9]))[0].size == 0


@pytest.mark.parametrize(
    ("truth", "scores", "weights", "message"),
    [
        ([0, 1], [[0.5, 0.5]], None, r"received truth \(2,\) and probabilities \(1, 2\)"),
        ([], np.empty((0, 2)), None, "n at least 1"),
        ([0], [[np.nan, 0.5]], None, "finite probabilities"),
        ([2], [[0.5, 0.5]], None, "class indices below 2, received 2"),
        ([0], [[0.5, 0.5]], [[1.0, 1.0]], r"expected weights \(samples, 1\)"),
    ],
)
def test_malformed_arrays_are_refused_by_name(truth, scores, weights, message):
    with pytest.raises(ValueError, match=message):
        measure(np.array(truth, dtype=np.int64), np.array(scores), None if weights is None else np.array(weights))


def test_the_classes_that_no_image_shows_are_named_in_order():
    assert not_shown(np.array([1, 1]), ("a", "b", "c")) == ["a", "c"]
    assert not_shown(np.array([], dtype=np.int64), ("a",)) == ["a"]
    assert not_shown(np.array([0, 1]), ("a", "b")) == []
