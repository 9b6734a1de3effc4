"""Networks, magnifications and views are kept where their mean tells validation images better, and only there."""

import numpy as np
import pytest

from dermaflow.model.averaging import averages, averaging, over_all
from dermaflow.model.card import AVERAGED
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import softmax, validation_scores

LABELS = np.arange(400) % 3


def told(noise: list[list[list[float]]]) -> np.ndarray:
    """Logits that know the labels, but for noise of their own in each network, magnification and view."""
    scale = np.array(noise)[..., np.newaxis, np.newaxis]
    drawn = np.random.default_rng(4).normal(size=(*scale.shape[:3], len(LABELS), 3))
    return scale * drawn + 2 * np.eye(3)[LABELS]


@pytest.mark.parametrize(
    ("noise", "kept"),
    [
        ([[[2.0, 2.0]], [[2.0, 2.0]]], (2, 1, 2)),
        ([[[0.5, 0.5]], [[9.0, 9.0]]], (1, 1, 2)),  # the second network knows next to nothing
        ([[[0.5, 9.0]], [[0.5, 9.0]]], (2, 1, 1)),  # nor is anything seen in the second view
        ([[[0.5, 9.0]], [[9.0, 9.0]]], (1, 1, 1)),
        ([[[2.0, 9.0]], [[9.0, 3.0]]], (1, 1, 1)),  # all of both: better than all of either, worse than the first alone
        ([[[2.0, 2.0], [2.0, 2.0]]], (1, 2, 2)),
        ([[[0.5, 0.5], [9.0, 9.0]]], (1, 1, 2)),  # magnified, nothing is seen
        ([[[2.0], [2.0]], [[2.0], [2.0]]], (2, 2, 1)),
        ([[[2.0]]], (1, 1, 1)),
    ],
)
def test_each_axis_is_kept_where_it_helps(noise: list[list[list[float]]], kept: tuple[int, int, int]) -> None:
    logits = told(noise)
    left, held = averages(logits, LABELS)
    np.testing.assert_array_equal(left, logits[: kept[0], : kept[1], : kept[2]])
    asked = [(what, n) for what, n in zip(AVERAGED, logits.shape, strict=False) if n > 1]
    assert [(each.what, each.n) for each in held] == asked
    assert [each.kept for each in held] == [n > 1 for n, asked in zip(kept, logits.shape, strict=False) if asked > 1]


def test_the_same_twice_is_no_gain() -> None:
    twice = np.repeat(told([[[1.0]]]), 2, axis=0)
    assert len(averages(twice, LABELS)[0]) == 1


def test_both_sides_are_scored_as_calibrated() -> None:
    """Logits that are twice as large tell as much as before."""
    plain, large = (averages(told([[[2.0, 2.0]]]) * factor, LABELS)[1][0] for factor in (1.0, 2.0))
    assert large.averaged == pytest.approx(plain.averaged, abs=1e-3)
    assert large.single == pytest.approx(plain.single, abs=1e-3)
    uncalibrated = validation_scores(softmax(told([[[2.0, 2.0]]])[0, 0, 0] * 2), LABELS)
    assert large.single["val_loss"] < uncalibrated["val_loss"]


def test_the_model_is_made_for_what_is_kept(params: TrainParams) -> None:
    several = {"weights": "a", "members": 2, "further_weights": ["b"], "views": 4, "zooms": [1.2]}
    asked = params.model_copy(update=several)
    assert averaging(asked, np.zeros((3, 2, 4, 1, 2))) == asked
    one = averaging(asked, np.zeros((1, 1, 1, 1, 2)))
    assert (one.weights_of_members, one.zooms, one.views, one.n_views) == (["a"], [], 1, 1)
    assert averaging(asked, np.zeros((3, 1, 1, 1, 2))).weights_of_members == ["a", "a", "b"]
    assert averaging(asked, np.zeros((1, 2, 1, 1, 2))).magnifications == [1.0, 1.2]


def test_networks_lie_one_after_the_other_each_with_its_views() -> None:
    logits = np.arange(2 * 2 * 2 * 3 * 2, dtype=float).reshape(2, 2, 2, 3, 2)
    np.testing.assert_array_equal(over_all(logits), np.concatenate([*logits[0], *logits[1]]))
