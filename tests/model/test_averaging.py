"""Further networks and views are kept where their mean tells the validation images better, and only there."""

import numpy as np
import pytest

from dermaflow.model.averaging import averages, averaging, over_all
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import softmax, validation_scores

LABELS = np.arange(400) % 3


def told(noise: list[list[float]]) -> np.ndarray:
    """Logits that know the labels, but for noise of their own in each network (row) and view (column)."""
    drawn = np.random.default_rng(4)
    own = [[each * drawn.normal(size=(len(LABELS), 3)) for each in row] for row in noise]
    return np.array(own) + 2 * np.eye(3)[LABELS]


@pytest.mark.parametrize(
    ("noise", "kept"),
    [
        ([[2.0, 2.0], [2.0, 2.0]], (2, 2)),
        ([[0.5, 0.5], [9.0, 9.0]], (1, 2)),  # the second network knows next to nothing
        ([[0.5, 9.0], [0.5, 9.0]], (2, 1)),  # nor is anything seen in the second view
        ([[0.5, 9.0], [9.0, 9.0]], (1, 1)),
        ([[2.0, 9.0], [9.0, 3.0]], (1, 1)),  # all of both is better than all of either, and worse than the first alone
        ([[2.0]], (1, 1)),
    ],
)
def test_networks_and_views_are_kept_where_they_help(noise: list[list[float]], kept: tuple[int, int]) -> None:
    logits = told(noise)
    left, held = averages(logits, LABELS)
    np.testing.assert_array_equal(left, logits[: kept[0], : kept[1]])
    asked = [("networks", logits.shape[0]), ("views", logits.shape[1])]
    assert [(each.what, each.n) for each in held] == [pair for pair in asked if pair[1] > 1]
    assert [each.kept for each in held] == [n > 1 for n, asked in zip(kept, logits.shape[:2], strict=True) if asked > 1]


def test_the_same_twice_is_no_gain() -> None:
    twice = np.repeat(told([[1.0]]), 2, axis=0)
    assert len(averages(twice, LABELS)[0]) == 1


def test_both_sides_are_scored_as_calibrated() -> None:
    """Logits that are twice as large tell as much as before."""
    plain, large = (averages(told([[2.0, 2.0]]) * factor, LABELS)[1][0] for factor in (1.0, 2.0))
    assert large.averaged == pytest.approx(plain.averaged, abs=1e-3)
    assert large.single == pytest.approx(plain.single, abs=1e-3)
    uncalibrated = validation_scores(softmax(told([[2.0, 2.0]])[0, 0] * 2), LABELS)
    assert large.single["val_loss"] < uncalibrated["val_loss"]


def test_the_model_is_made_for_what_is_kept(params: TrainParams) -> None:
    asked = params.model_copy(update={"weights": "a", "members": 2, "further_weights": ["b"], "views": 4})
    assert averaging(asked, np.zeros((3, 4, 1, 2))) == asked
    one = averaging(asked, np.zeros((1, 1, 1, 2)))
    assert (one.weights_of_members, one.views) == (["a"], 1)
    assert averaging(asked, np.zeros((3, 1, 1, 2))).weights_of_members == ["a", "a", "b"]


def test_networks_lie_one_after_the_other_each_with_its_views() -> None:
    logits = np.arange(2 * 2 * 3 * 2, dtype=float).reshape(2, 2, 3, 2)
    np.testing.assert_array_equal(over_all(logits), np.concatenate([logits[0], logits[1]]))
