"""Calibration error and Brier score: against scikit-learn and by hand, and what their intervals are worth."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from dermaflow.evaluation.calibration import (
    BINS,
    brier_score,
    calibration_error,
    error_estimate,
    error_if_calibrated,
    reliability,
)
from dermaflow.evaluation.intervals import Estimate, drawn


def of_two(confidence, right):
    """Two classes: the first is named with the given confidence (0.5 to 1) and is the truth where right."""
    return (~right).astype(np.int64), np.column_stack([confidence, 1 - confidence])


def test_the_brier_score_is_that_of_scikit_learn(simulate):
    generator = np.random.default_rng(0)
    truth = generator.integers(4, size=80)
    scores = simulate(generator, truth, 4, 1.0)
    weights = generator.integers(0, 3, size=(3, 80)).astype(float)
    for row, counted in enumerate(weights):
        expected = brier_score_loss(truth, scores, sample_weight=counted, labels=range(4), scale_by_half=False)
        assert brier_score(truth, scores, weights)[row] == pytest.approx(expected)


def test_the_brier_score_runs_from_0_to_2():
    truth, once = np.array([0, 1]), np.ones((1, 2))
    assert brier_score(truth, np.eye(2), once)[0] == 0
    assert brier_score(truth, np.eye(2)[::-1], once)[0] == 2


def test_the_calibration_error_is_the_mean_gap_over_tenths_of_the_images():
    generator = np.random.default_rng(1)
    confidence = generator.permutation(np.linspace(0.5, 0.99, 200))
    right = generator.random(200) < 0.6
    by_tenths = [
        abs(right[part].mean() - confidence[part].mean()) for part in np.array_split(np.argsort(confidence), BINS)
    ]
    truth, scores = of_two(confidence, right)
    assert calibration_error(truth, scores, np.ones((1, 200)))[0] == pytest.approx(np.mean(by_tenths))


def test_a_weight_of_two_is_the_image_twice_in_the_same_bins():
    truth, scores = of_two(np.array([0.6] * 3 + [0.9] * 3), np.array([True, False, False, True, True, False]))
    twice = calibration_error(truth, scores, np.array([[2.0, 1, 0, 1, 1, 1]]))[0]
    assert twice == pytest.approx((3 * abs(2 / 3 - 0.6) + 3 * abs(2 / 3 - 0.9)) / 6)


def test_images_of_equal_confidence_share_a_bin_and_one_image_is_enough():
    truth, scores = of_two(np.full(7, 0.8), np.arange(7) < 4)
    assert calibration_error(truth, scores, np.ones((1, 7)))[0] == pytest.approx(0.8 - 4 / 7)
    assert calibration_error(truth[:1], scores[:1], np.ones((1, 1)))[0] == pytest.approx(0.2)


def test_chance_alone_gives_a_calibrated_model_an_error_that_shrinks_with_its_images():
    generator = np.random.default_rng(2)
    errors = {}
    for images in (100, 10_000):
        confidence = generator.uniform(0.5, 1, images)
        truth, scores = of_two(confidence, generator.random(images) < confidence)
        chance = error_if_calibrated(scores, 7)
        assert chance == error_if_calibrated(scores[::-1], 7)
        assert chance.low < calibration_error(truth, scores, np.ones((1, images)))[0] < chance.high
        errors[images] = chance.value
    assert errors[100] == pytest.approx(10 * errors[10_000], rel=0.15)


def test_the_interval_mirrors_the_draws_and_holds_the_value():
    draws, chance = np.linspace(0.05, 0.15, 1001), Estimate(0.03, 0.01, 0.05)
    found = error_estimate(0.12, draws, chance, 10)
    assert (found.low, found.high) == pytest.approx((0.0925, 0.1875))
    assert error_estimate(0.06, draws, chance, 10) == Estimate(0.06, 0.0, pytest.approx(0.0675))
    assert error_estimate(0.051, draws + 0.1, chance, 10).high == 0.051
    assert error_estimate(0.06, draws, chance, 1) == Estimate(0.06, None, None)


def test_the_interval_reaches_0_where_a_calibrated_model_would_show_as_much():
    chance = Estimate(0.03, 0.01, 0.05)
    assert error_estimate(0.05, np.full(10, 0.051), chance, 10).low == 0
    assert error_estimate(0.06, np.full(10, 0.061), chance, 10).low == pytest.approx(0.059)


@pytest.mark.parametrize("too_sure", [0.0, 0.03, 0.15])
def test_a_95_percent_interval_holds_the_true_error_in_most_of_100_tests(too_sure):
    """The true error is that of endless images; percentiles would never hold 0, and 0.03 hardly ever."""
    generator = np.random.default_rng(3)
    groups = [f"g{number}" for number in range(300)]
    held = 0
    for _ in range(60):
        confidence = generator.uniform(0.65, 1, 300)
        truth, scores = of_two(confidence, generator.random(300) < confidence - too_sure)
        found = drawn(lambda weights, t=truth, s=scores: {"ece": calibration_error(t, s, weights)}, groups, 200, 1)
        error = error_estimate(found.point["ece"][0], found.draws["ece"], error_if_calibrated(scores, 1), 300)
        held += error.low <= too_sure <= error.high
    assert held / 60 >= 0.85


def test_the_points_of_the_reliability_diagram_hold_all_images():
    generator = np.random.default_rng(4)
    confidence = generator.uniform(0.5, 1, 205)
    truth, scores = of_two(confidence, generator.random(205) < confidence)
    points = reliability(truth, scores, [f"g{number}" for number in range(205)], 200, 1)
    assert sum(point.n for point in points) == 205
    assert {point.n for point in points} <= {20, 21}
    assert [point.confidence for point in points] == sorted(point.confidence for point in points)
    for point in points:
        assert point.right.low <= point.right.value <= point.right.high


def test_bins_without_images_are_no_points():
    truth, scores = of_two(np.array([0.8, 0.8, 0.8]), np.array([True, True, True]))
    (point,) = reliability(truth, scores, ["a", "b", "c"], 100, 1)
    assert (point.n, point.confidence, point.right.value) == (3, pytest.approx(0.8), 1.0)
