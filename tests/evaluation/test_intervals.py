"""Intervals come from groups, are the same each time, and hold what they promise."""

import numpy as np
import pytest

from dermaflow.evaluation import intervals
from dermaflow.evaluation.intervals import (
    Estimate,
    drawn,
    estimate,
    estimate_share,
    figure,
    group_weights,
    groups_among,
    groups_behind,
)
from dermaflow.evaluation.metrics import measure


def resampled(truth, scores, groups, samples, seed):
    """Every measure of a classifier on resamples of the groups."""
    return drawn(lambda weights: vars(measure(truth, scores, weights)), groups, samples, seed).draws


def weights_of(groups, samples=200, seed=3):
    return np.concatenate(list(group_weights(groups, samples, seed)))


def test_a_group_is_drawn_whole():
    weights = weights_of(["a", "b", "a", "c", "b", "a"])
    assert weights.shape == (200, 6)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 2])
    np.testing.assert_array_equal(weights[:, 0], weights[:, 5])
    np.testing.assert_array_equal(weights[:, 1], weights[:, 4])
    np.testing.assert_array_equal(weights[:, [0, 1, 3]].sum(axis=1), 3)
    assert weights.min() == 0
    assert weights.max() > 1


def test_the_draws_depend_on_the_seed_and_not_on_memory_or_order(monkeypatch):
    groups = [f"g{number}" for number in range(7)]
    whole = weights_of(groups)
    np.testing.assert_array_equal(whole[:, ::-1], weights_of(groups[::-1]))
    assert not np.array_equal(whole, weights_of(groups, seed=4))
    monkeypatch.setattr(intervals, "CELLS_AT_ONCE", 21)
    np.testing.assert_array_equal(whole, weights_of(groups))


def test_copies_of_an_image_in_its_group_do_not_narrow_the_interval(simulate):
    generator = np.random.default_rng(0)
    truth = generator.integers(2, size=60)
    scores = simulate(generator, truth, 2, 1.0)
    groups = [f"g{number}" for number in range(60)]

    def width(times: int, names: list[str]) -> float:
        draws = resampled(np.tile(truth, times), np.tile(scores, (times, 1)), names, 500, 1)
        low, high = np.quantile(draws["accuracy"], [0.025, 0.975])
        return float(high - low)

    assert width(9, groups * 9) == pytest.approx(width(1, groups))
    naive = width(9, [f"g{number}" for number in range(540)])
    assert naive < 0.5 * width(1, groups)


def test_a_95_percent_interval_holds_the_true_accuracy_in_about_95_of_100():
    generator = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        right = np.repeat(generator.random(80) < 0.7, 2)  # both images of a lesion share their fate
        truth = np.zeros(160, dtype=np.int64)
        scores = np.column_stack([right, ~right]).astype(float)
        draws = resampled(truth, scores, [f"g{number // 2}" for number in range(160)], 400, 1)
        figure = estimate(right.mean(), draws["accuracy"], 0.95, 80)
        assert figure.low is not None
        assert figure.high is not None
        held += figure.low <= 0.7 <= figure.high
    assert 0.90 <= held / 200 <= 0.99


def test_a_class_that_a_resample_misses_does_not_spoil_the_interval():
    truth = np.array([0] * 20 + [1] * 2)
    scores = np.eye(2)[truth]
    draws = resampled(truth, scores, [f"g{number}" for number in range(22)], 300, 1)
    assert np.isnan(draws["sensitivity"][:, 1]).any()
    figure = estimate(measure(truth, scores).sensitivity[0, 1], draws["sensitivity"][:, 1], 0.95, 2)
    assert figure == Estimate(1.0, 1.0, 1.0)
    assert np.isfinite(draws["balanced_accuracy"]).all()


def test_one_group_gives_a_value_without_an_interval():
    truth = np.array([0, 1, 1])
    draws = resampled(truth, np.eye(2)[truth], ["one"] * 3, 100, 1)
    assert estimate(1.0, draws["accuracy"], 0.95, 1) == Estimate(1.0, None, None)


def test_an_undefined_measure_is_null():
    assert estimate(float("nan"), np.full(10, np.nan), 0.95, 5) == Estimate(None, None, None)


def test_groups_are_counted_on_either_side_of_a_class():
    assert groups_behind(np.array([0, 0, 1, 1]), ["a", "a", "a", "b"], 0) == (1, 2)


def test_groups_among_chosen_images_are_counted_once():
    assert groups_among(np.array([True, True, True, False]), ["a", "a", "b", "c"]) == 2


def test_what_is_drawn_is_the_measure_on_all_images_and_on_each_resample(simulate):
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=60)
    scores = simulate(generator, truth, 3, 1.0)
    groups = [f"g{number // 2}" for number in range(60)]
    found = drawn(lambda weights: vars(measure(truth, scores, weights)), groups, 300, 1)
    fifth = np.concatenate(list(group_weights(groups, 300, 1)))[4].astype(int)
    again = measure(np.repeat(truth, fifth), np.repeat(scores, fifth, axis=0))
    np.testing.assert_allclose(found.draws["auc"][4], again.auc[0])
    assert len(found.draws["auc"]) == 300
    expected = estimate(measure(truth, scores).auc[0, 2], found.draws["auc"][:, 2], 0.95, 30)
    assert figure(found, "auc", 30, column=2) == vars(expected)


@pytest.mark.parametrize(("value", "low", "high"), [(1.0, 0.6915, 1.0), (0.0, 0.0, 0.3085)])
def test_ten_of_ten_is_no_certainty(value, low, high):
    found = estimate_share(value, np.full(50, value), 0.95, 10)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_a_share_between_0_and_1_has_the_percentile_interval():
    draws = np.linspace(0.4, 0.9, 101)
    assert estimate_share(0.7, draws, 0.95, 10) == estimate(0.7, draws, 0.95, 10)
    assert estimate_share(1.0, np.ones(5), 0.95, 1) == Estimate(1.0, None, None)


def test_a_missing_group_is_refused():
    with pytest.raises(ValueError, match=r"expected weights \(samples, 2\), received \(100, 1\)"):
        resampled(np.array([0, 1]), np.eye(2), ["a"], 100, 1)
