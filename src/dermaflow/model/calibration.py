"""What validation images decide after the training: how sure the model is, and from when on melanoma is suspected."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from dermaflow.core.errors import TrainingError
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.model.card import Average, ClinicalUse, Familiarity, Member, OperatingPoint
from dermaflow.model.scores import softmax, validation_scores

WIDEST = 4.0  # temperatures are sought between 1 / WIDEST and WIDEST: beyond, there are too few images to tell
FARTHEST = 0.01  # difference in mean cross-entropy: rounding to half precision stays below it, a lost layer above
ROUNDING = 1e-9  # of sums of weights: less than any weight
DIGITS = 6  # of a threshold, rounded down: as many as a prediction is written with


class Decided(NamedTuple):
    """What the validation images have decided of a trained network."""

    temperature: float
    operating_point: OperatingPoint | None  # None: not known yet (see `as_exported`), or see `operating_point`
    familiarity: Familiarity | None
    validation: dict[str, float]  # scores of the finished model on them; they have chosen, so they flatter
    clinical: ClinicalUse | None
    members: tuple[Member, ...]  # that are kept
    averages: tuple[Average, ...]  # whether several networks and views are


def best_temperature(logits: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> float:
    """The temperature with the smallest cross-entropy on validation logits (Guo et al. 2017, arXiv 1706.04599).

    Args:
        logits: (n, classes); with several views (views, n, classes): what is scored is their mean probability.
        labels: (n,).
    """
    views = logits if logits.ndim == 3 else logits[np.newaxis]  # noqa: PLR2004 - axes

    def loss(log_temperature: float) -> float:
        return validation_scores(mean_probabilities(views, math.exp(log_temperature)), labels)["val_loss"]

    found = minimize_scalar(loss, bounds=(-math.log(WIDEST), math.log(WIDEST)), method="bounded")
    return round(math.exp(float(found.x)), 4)


def mean_probabilities(views: npt.NDArray[np.float64], temperature: float) -> npt.NDArray[np.float64]:
    """Calibrated probabilities, shape (n, classes), of logits, shape (views, n, classes), the mean over the views."""
    mean: npt.NDArray[np.float64] = softmax(views, temperature).mean(axis=0)
    return mean


def as_exported(
    decided: Decided,
    probabilities: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    classes: tuple[str, ...],
    min_sensitivity: float,
    groups: Sequence[str],
) -> Decided:
    """The same, with the scores and the operating point of the file that is going to answer.

    Args:
        probabilities: (n, classes), what the file says of the validation images; labels: (n,), indices into classes.
        groups: (n,), of each image.

    Raises:
        TrainingError: it does not tell them as the networks did that were trained.
    """
    scores = validation_scores(probabilities, labels)
    off = abs(scores["val_loss"] - decided.validation["val_loss"])
    if not off <= FARTHEST:  # nor where it is no number
        raise TrainingError(
            f"the finished model has a cross-entropy of {scores['val_loss']:.3f} on the validation images, what was "
            f"trained had {decided.validation['val_loss']:.3f}, expected {FARTHEST} apart at most: it is not the model "
            "that was trained"
        )
    point = operating_point(probabilities, labels, classes, min_sensitivity, groups)
    return decided._replace(validation=scores, operating_point=point)


def operating_point(
    probabilities: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    classes: tuple[str, ...],
    min_sensitivity: float,
    groups: Sequence[str],
) -> OperatingPoint | None:
    """The highest threshold on the probability of melanoma that keeps the sensitivity asked for.

    An image of a further melanoma, like the g groups of the validation images that show one, is suspected with a
    probability of at least that: it comes from each of the g + 1 groups as likely as from any other, so each group
    weighs the same however many images it has (hierarchical conformal prediction, Lee, Barber and Willett 2023,
    arXiv 2306.06342; with an image a group it is split conformal prediction, Lei et al. 2018,
    doi 10.1080/01621459.2017.1307116). Fewer groups than that takes, 19 for 0.95, are all suspected, which keeps
    g / (g + 1).

    Args:
        probabilities: (n, classes), calibrated; labels: (n,), indices into classes.
        groups: (n,), of each image.

    Returns:
        None where melanoma is none of the classes, or no image shows it.
    """
    if MELANOMA not in classes:
        return None
    index = classes.index(MELANOMA)
    shown = labels == index
    if not shown.any():
        return None
    risks = probabilities[shown, index]
    _, of_group, sizes = np.unique(np.asarray(groups)[shown], return_inverse=True, return_counts=True)
    order = np.argsort(-risks, kind="stable")
    weight = np.cumsum(1 / sizes[of_group[order]])
    asked = min(len(sizes), min_sensitivity * (len(sizes) + 1))
    kept = risks[order[np.searchsorted(weight, asked - ROUNDING)]]
    threshold = math.floor(kept * 10**DIGITS) / 10**DIGITS
    suspected = probabilities[:, index] >= threshold
    return OperatingPoint(
        diagnosis=MELANOMA,
        min_sensitivity=min_sensitivity,
        threshold=threshold,
        sensitivity=float(suspected[shown].mean()),
        specificity=float((~suspected[~shown]).mean()) if (~shown).any() else None,
        n=int(shown.sum()),
        n_groups=len(sizes),
    )
