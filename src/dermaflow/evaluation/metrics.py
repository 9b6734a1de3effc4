"""How good probabilities are, given the truth: for all images once, or for many weightings at a time.

Everywhere: truth (n,) holds class indices, probabilities (n, classes) finite scores, weights (samples, n)
how often each image counts, 0 or more. A resample of the images is a row of whole-numbered weights, so one
code serves both the figure itself and its bootstrap, and 2,000 resamples take a few matrix products.
What is undefined (the sensitivity of a class without images) is NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve, roc_curve

Indices = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Measures:
    """Each measure for each sample, in 0..1; the predicted class is the most probable, of equals the first."""

    accuracy: Floats  # (samples,)
    balanced_accuracy: Floats  # (samples,) mean sensitivity of the classes that the sample holds
    macro_auc: Floats  # (samples,) mean area under the one-versus-rest ROC curves that are defined
    sensitivity: Floats  # (samples, classes)
    specificity: Floats  # (samples, classes)
    auc: Floats  # (samples, classes) one versus rest
    average_precision: Floats  # (samples, classes) likewise; by chance the share of the images that show the class


def measure(truth: Indices, probabilities: Floats, weights: Floats | None = None) -> Measures:
    """Measure a classifier; without weights for one sample in which every image counts once.

    Raises:
        ValueError: the shapes do not match, there is no image, or a probability is not finite.
    """
    _check(truth, probabilities, weights)
    if weights is None:
        weights = np.ones((1, len(truth)))
    shown, named = _one_hot(truth, probabilities)
    sensitivity = _share(weights, shown & named, shown)
    specificity = _share(weights, ~shown & ~named, ~shown)
    one_vs_rest = [(shown[:, index], probabilities[:, index], weights) for index in range(shown.shape[1])]
    auc = np.column_stack([one_vs_rest_auc(*each) for each in one_vs_rest])
    hit = (shown & named).any(axis=1)
    return Measures(
        accuracy=share_of(weights @ hit, weights.sum(axis=1)),
        balanced_accuracy=_mean_of_defined(sensitivity),
        macro_auc=_mean_of_defined(auc),
        sensitivity=sensitivity,
        specificity=specificity,
        auc=auc,
        average_precision=np.column_stack([average_precision(*each) for each in one_vs_rest]),
    )


def balanced_accuracy(truth: Indices, probabilities: Floats, weights: Floats) -> Floats:
    """The mean sensitivity of the classes that the sample holds, as in Measures, alone; shape (samples,)."""
    shown, named = _one_hot(truth, probabilities)
    return _mean_of_defined(_share(weights, shown & named, shown))


def one_vs_rest_auc(positive: Flags, scores: Floats, weights: Floats) -> Floats:
    """The area under the ROC curve for each sample: how often a positive outranks a negative, ties half.

    The Mann-Whitney form (Hanley and McNeil 1982, doi 10.1148/radiology.143.1.7063747), with weights.
    Input shapes: (n,), (n,), (samples, n). Output shape: (samples,); NaN where one side has no weight.
    """
    negatives = ~positive
    order = np.flatnonzero(negatives)[np.argsort(scores[negatives], kind="stable")]
    by_image = weights.T  # rows are fast to choose where the memory runs this way: see intervals.group_weights
    below = np.zeros((len(order) + 1, len(weights)))  # row k: the weight of the k lowest negatives
    np.cumsum(by_image[order], axis=0, out=below[1:])
    lower = np.searchsorted(scores[order], scores[positive], side="left")
    not_higher = np.searchsorted(scores[order], scores[positive], side="right")
    shown = by_image[positive]
    outranked = (shown * (below[lower] + below[not_higher])).sum(axis=0) / 2
    return share_of(outranked, shown.sum(axis=0) * below[-1])


def average_precision(positive: Flags, scores: Floats, weights: Floats) -> Floats:
    """The mean precision over recall for each sample, as steps: sum of (R_k - R_(k-1)) P_k over the thresholds k.

    As scikit-learn has it; what lies under the steps of `precision_recall_points`.
    Input shapes: (n,), (n,), (samples, n). Output shape: (samples,); NaN where one side has no weight.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))  # of the images that share a threshold
    by_image = weights.T[order]
    named = np.cumsum(by_image, axis=0)[last]
    hit = np.cumsum(by_image * positive[order, np.newaxis], axis=0)[last]
    precision = np.nan_to_num(share_of(hit, named))  # where nothing is named nothing is gained
    gained = (np.diff(hit, axis=0, prepend=0) * precision).sum(axis=0)
    return share_of(gained, np.where(hit[-1] < named[-1], hit[-1], 0.0))


def auc_between(truth: Indices, probabilities: Floats, weights: Floats, one: int, other: int) -> Floats:
    """The area under the ROC curve of one class versus another, among the images of these two only.

    The score is p_one / (p_one + p_other): how probable the one is, given that it is one of the two.
    A row that gives both 0 says nothing: 0.5. Output shape: (samples,); NaN where one side has no weight.
    """
    among = (truth == one) | (truth == other)
    chosen, total = probabilities[among, one], probabilities[among, one] + probabilities[among, other]
    scores = np.divide(chosen, total, out=np.full(chosen.shape, 0.5), where=total > 0)
    return one_vs_rest_auc(truth[among] == one, scores, weights[:, among])


def roc_points(positive: Flags, scores: Floats) -> tuple[Floats, Floats]:
    """The corners of a ROC curve: false and true positive rates, from (0, 0) to (1, 1).

    Both are empty where the curve is undefined: no positive, or nothing but positives.
    """
    if positive.all() or not positive.any():
        return np.empty(0), np.empty(0)
    false_rate, true_rate, _ = roc_curve(positive, scores)
    return np.asarray(false_rate, dtype=float), np.asarray(true_rate, dtype=float)


def precision_recall_points(positive: Flags, scores: Floats) -> tuple[Floats, Floats]:
    """The corners of a precision-recall curve: recall and precision, from high thresholds to low.

    Both are empty where the curve is undefined: no positive, or nothing but positives.
    """
    if positive.all() or not positive.any():
        return np.empty(0), np.empty(0)
    precision, recall, _ = precision_recall_curve(positive, scores)
    return np.asarray(recall[::-1], dtype=float), np.asarray(precision[::-1], dtype=float)


def not_shown(truth: Indices, classes: Sequence[str]) -> list[str]:
    """The classes that no image shows, in the order of classes; truth (n,) holds indices into them."""
    shown = {int(index) for index in truth}
    return [name for index, name in enumerate(classes) if index not in shown]


def share_of(part: Floats, whole: Floats) -> Floats:
    """Element by element; NaN where the whole is 0."""
    ratio: Floats = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _check(truth: Indices, probabilities: Floats, weights: Floats | None) -> None:
    if probabilities.ndim != 2 or truth.shape != probabilities.shape[:1] or not truth.size:  # noqa: PLR2004 - axes
        shapes = f"truth {truth.shape} and probabilities {probabilities.shape}"
        raise ValueError(f"expected truth (n,) and probabilities (n, classes) with n at least 1, received {shapes}")
    if not np.isfinite(probabilities).all():
        raise ValueError("expected finite probabilities, received NaN or infinity: the model is broken")
    if truth.min() < 0 or truth.max() >= probabilities.shape[1]:
        raise ValueError(f"expected class indices below {probabilities.shape[1]}, received {truth.max()}")
    if weights is not None and weights.shape[1:] != truth.shape:
        raise ValueError(f"expected weights (samples, {len(truth)}), received {weights.shape}")


def _one_hot(truth: Indices, probabilities: Floats) -> tuple[Flags, Flags]:
    """What is true and what is said, each of shape (n, classes)."""
    rows = np.eye(probabilities.shape[1], dtype=bool)
    return rows[truth], rows[probabilities.argmax(axis=1)]


def _share(weights: Floats, part: Flags, whole: Flags) -> Floats:
    return share_of(weights @ part, weights @ whole)


def _mean_of_defined(values: Floats) -> Floats:
    defined = np.isfinite(values)
    return share_of(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(float))
