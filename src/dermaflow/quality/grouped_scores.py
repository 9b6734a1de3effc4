"""AUC and balanced accuracy of cross-validated scores, and their intervals when whole groups are drawn again.

Scores of different folds come from different models and are never compared with each other: only pairs of one fold
count. A score that tells nothing then has an AUC of 0.5 exactly, where pooled scores would have less.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLES = 200
"""Of the bootstrap."""
_TAILS = (0.025, 0.975)

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Interval = tuple[float, float, float]
"""A value, and the lower and upper end of its 95 % interval."""


@dataclass(frozen=True)
class Scored:
    """Probabilities out of fold."""

    probabilities: Floats  # shape (images, classes)
    classes: tuple[str, ...]
    truth: Integers  # the class of each image, 0..classes - 1
    folds: Integers  # which fold each image was tested in
    groups: Integers  # images of one group are drawn together


def macro_auc(scored: Scored, seed: int) -> Interval:
    """The mean over classes of the AUC of each class versus the rest."""
    weights = _weights(scored.groups, seed)
    return _interval(np.mean([_one_class(scored, number, weights) for number in range(len(scored.classes))], axis=0))


def class_auc(scored: Scored, name: str, seed: int) -> Interval | None:
    """The AUC of one class versus the rest; none where it is not among the classes."""
    if name not in scored.classes:
        return None
    return _interval(_one_class(scored, scored.classes.index(name), _weights(scored.groups, seed)))


def between_auc(scored: Scored, one: str, other: str, seed: int) -> Interval | None:
    """The AUC of one class versus another, among their images only; none where one is not among the classes.

    The score is p_one / (p_one + p_other), 0.5 where both are 0.
    """
    if not {one, other} <= set(scored.classes):
        return None
    first, second = scored.classes.index(one), scored.classes.index(other)
    among = np.isin(scored.truth, (first, second))
    both = scored.probabilities[among][:, [first, second]]
    total = both.sum(axis=1)
    share = np.divide(both[:, 0], total, out=np.full(len(both), 0.5), where=total > 0)
    truth = np.where(scored.truth[among] == first, 0, 1)
    two = Scored(share[:, np.newaxis], (one,), truth, scored.folds[among], scored.groups[among])
    return class_auc(two, one, seed)


def balanced_accuracy(scored: Scored, seed: int) -> Interval:
    """The mean sensitivity over classes, where the class is named that a score speaks for most beyond its frequency.

    A classifier that knows nothing but how frequent the classes are reaches 1 / classes.
    """
    shown = np.arange(len(scored.classes)) == scored.truth[:, np.newaxis]
    named = (scored.probabilities / shown.mean(axis=0)).argmax(axis=1)
    weights = _weights(scored.groups, seed)
    right, all_shown = weights @ (shown & (named == scored.truth)[:, np.newaxis]), weights @ shown
    sensitivities = np.divide(right, all_shown, out=np.full(all_shown.shape, np.nan), where=all_shown > 0)
    return _interval(np.nanmean(sensitivities, axis=1))


def _interval(values: Floats) -> Interval:
    low, high = np.nanquantile(values[1:], _TAILS)
    return float(values[0]), float(low), float(high)


def _weights(groups: Integers, seed: int) -> npt.NDArray[np.float32]:
    """How often each image counts: once in the first row, then as its group is drawn with replacement."""
    numbers = np.unique(groups, return_inverse=True)[1]
    n_groups = int(numbers.max()) + 1
    generator = np.random.default_rng(seed)
    drawn = [np.bincount(generator.integers(n_groups, size=n_groups), minlength=n_groups) for _ in range(SAMPLES)]
    return np.stack([np.ones(n_groups), *drawn]).astype(np.float32)[:, numbers]


def _one_class(scored: Scored, number: int, weights: npt.NDArray[np.float32]) -> Floats:
    """The AUC by each row of weights, shape (rows,): pairs in the right order, of all pairs within folds."""
    right, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for fold in np.unique(scored.folds):
        inside = scored.folds == fold
        more = _pairs(scored.probabilities[inside, number], scored.truth[inside] == number, weights[:, inside])
        right, pairs = right + more[0], pairs + more[1]
    aucs: Floats = np.divide(right, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return aucs


def _pairs(scores: Floats, positive: npt.NDArray[np.bool_], weights: npt.NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The weight of pairs in the right order (a tie is half a pair), and of all pairs; each of shape (rows,)."""
    order = np.argsort(scores, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(scores[order])) + 1])  # of equal scores
    weights, positive = weights[:, order], positive[order]
    positives = np.add.reduceat(weights * positive, starts, axis=1, dtype=np.float64)
    negatives = np.add.reduceat(weights * ~positive, starts, axis=1, dtype=np.float64)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    return (positives * below).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1)
