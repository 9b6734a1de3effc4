"""What validation decides: the temperature, and the threshold of suspicion."""

import numpy as np
import pytest
from scipy.special import ndtr

from dermaflow.core.errors import TrainingError
from dermaflow.model.calibration import Decided, as_exported, best_temperature, mean_probabilities, operating_point
from dermaflow.model.scores import softmax, validation_scores

CLASSES = ("melanoma", "nevus", "vascular lesion")


def drawn(n: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `temperature` times as sure as they may be, and labels drawn from what is true."""
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 2, (n, 3))
    labels = np.array([rng.choice(3, p=row) for row in softmax(logits)])
    return logits * temperature, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_by_which_a_model_is_too_sure_is_found(temperature: float) -> None:
    logits, labels = drawn(6000, temperature)
    assert best_temperature(logits, labels) == pytest.approx(temperature, rel=0.06)


def test_views_are_calibrated_by_what_their_mean_says() -> None:
    logits, labels = drawn(6000, 1.0)
    views = np.stack([logits, logits])
    assert best_temperature(views, labels) == best_temperature(logits, labels)
    np.testing.assert_allclose(mean_probabilities(views, 2.0), softmax(logits / 2), atol=1e-12)


def test_the_threshold_keeps_the_sensitivity_and_no_more_than_it_must() -> None:
    risk = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.65, 0.15])
    labels = np.array([0] * 10 + [1, 2])
    probabilities = np.column_stack([risk, (1 - risk) / 2, (1 - risk) / 2])
    point = operating_point(probabilities, labels, CLASSES, 8 / 11, own(12))
    assert point is not None
    assert point.threshold == pytest.approx(0.2, abs=1e-6)
    assert point.threshold <= 0.2
    assert (point.sensitivity, point.specificity, point.n, point.n_groups) == (0.8, 0.5, 10, 10)
    more, every = (operating_point(probabilities, labels, CLASSES, asked, own(12)) for asked in (0.8, 0.95))
    assert more is not None
    assert every is not None
    assert (more.sensitivity, every.sensitivity) == (0.9, 1.0)


def own(n: int) -> list[str]:
    """A group for each image."""
    return [f"g{number}" for number in range(n)]


@pytest.mark.parametrize("n", [19, 20, 45])
def test_new_melanomas_keep_the_sensitivity_too(n: int) -> None:
    rng = np.random.default_rng(n)
    kept, labels = [], np.zeros(n, dtype=np.int64)
    for _ in range(1000):
        risk = rng.uniform(size=n)
        point = operating_point(np.column_stack([risk, 1 - risk]), labels, CLASSES[:2], 0.95, own(n))
        assert point is not None
        kept.append(1 - point.threshold)  # the share of all melanomas, whose risk is as likely to be any number
    assert 0.95 - 0.004 <= np.mean(kept) <= 0.95 + 1 / (n + 1) + 0.004


@pytest.mark.parametrize("n_lesions", [10, 19, 40])
def test_images_of_new_lesions_keep_the_sensitivity_however_much_those_of_one_resemble_each_other(
    n_lesions: int,
) -> None:
    """Counted by images, 0.84 to 0.93 are kept of ten lesions: four images of one say little more than one does."""
    rng = np.random.default_rng(n_lesions)
    kept, asked = [], min(0.95, n_lesions / (n_lesions + 1))
    for _ in range(1500):
        n_images = rng.integers(1, 6, n_lesions)
        lesion = np.repeat(np.arange(n_lesions), n_images)
        risk = ndtr(np.sqrt(0.8) * rng.normal(size=n_lesions)[lesion] + np.sqrt(0.2) * rng.normal(size=len(lesion)))
        groups = [f"g{number}" for number in lesion]
        labels = np.zeros(len(risk), dtype=np.int64)
        point = operating_point(np.column_stack([risk, 1 - risk]), labels, CLASSES[:2], 0.95, groups)
        assert point is not None
        assert point.n_groups == n_lesions
        kept.append(1 - point.threshold)
    assert np.mean(kept) >= asked - 0.006


def test_a_lesion_weighs_the_same_however_many_images_it_has() -> None:
    risk = np.array([0.9, 0.8, *[0.1] * 8, 0.7])
    probabilities, labels = np.column_stack([risk, 1 - risk]), np.array([0] * 10 + [1])
    groups = ["a", "b", *["c"] * 8, "d"]
    point = operating_point(probabilities, labels, CLASSES[:2], 0.5, groups)
    assert point is not None
    assert (point.threshold, point.n_groups, point.sensitivity) == (pytest.approx(0.8, abs=1e-6), 3, 0.2)


def test_without_melanoma_there_is_no_operating_point() -> None:
    probabilities = np.full((4, 2), 0.5)
    assert operating_point(probabilities, np.array([0, 1, 0, 1]), ("nevus", "vascular lesion"), 0.95, own(4)) is None
    assert operating_point(np.full((2, 3), 1 / 3), np.array([1, 2]), CLASSES, 0.95, own(2)) is None


def test_a_validation_of_melanomas_only_says_nothing_of_specificity() -> None:
    point = operating_point(np.full((2, 3), 1 / 3), np.array([0, 0]), CLASSES, 0.95, own(2))
    assert point is not None
    assert point.specificity is None


def decided(probabilities: np.ndarray, labels: np.ndarray) -> Decided:
    scores = validation_scores(probabilities, labels)
    return Decided(
        1.0, operating_point=None, familiarity=None, validation=scores, clinical=None, members=(), averages=()
    )


def test_the_operating_point_is_that_of_the_file_that_answers() -> None:
    logits, labels = drawn(200, 1.0)
    trained = softmax(logits)
    exported = softmax(logits + np.random.default_rng(1).normal(0, 1e-3, logits.shape))
    found = as_exported(decided(trained, labels), exported, labels, CLASSES, 0.95, own(200))
    assert found.operating_point == operating_point(exported, labels, CLASSES, 0.95, own(200))
    assert found.operating_point != operating_point(trained, labels, CLASSES, 0.95, own(200))
    assert found.validation == validation_scores(exported, labels)


@pytest.mark.parametrize("lost", [2.0, np.nan])
def test_a_file_that_is_not_the_model_that_was_trained_is_refused(lost: float) -> None:
    logits, labels = drawn(200, 1.0)
    with pytest.raises(TrainingError, match="it is not the model that was trained"):
        as_exported(decided(softmax(logits), labels), softmax(logits * lost), labels, CLASSES, 0.95, own(200))
