"""What age, sex and site say for each diagnosis, and how far a model is to believe it beside its image.

Everywhere: clinical is float32 (n, columns) as `core.clinical.encoded` gives it, not stated = 0; evidence is
(columns, classes), weights of evidence: the logarithm of how much likelier a statement is with a diagnosis than with
all of them.
Bayes' rule, as if image, age, sex and site were independent given the diagnosis (naive Bayes), which overstates what
they say together: one strength between 0 and 1, found on validation images, takes that back. Only what is stated
counts and no prior enters, so an image of which nothing is stated keeps the probabilities of the image alone.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from dermaflow.core.clinical import BLOCKS, COLUMNS, Clinical, stated
from dermaflow.core.measures import SMALLEST_P
from dermaflow.model.card import ClinicalUse
from dermaflow.model.scores import losses_of, softmax, validation_scores

SHRUNK_BY = 10.0
"""Images of the diagnosis, stated as they are among all diagnoses, that are added to those seen: a rare diagnosis
that was never seen at a site is not thereby ruled out there (Laplace's rule of succession, with a prior)."""
FAINTEST = 0.01  # a smaller strength is none
DIGITS = 4

Evidence = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


class Known(NamedTuple):
    """What is stated of the images of a training."""

    originals: Clinical  # (n, columns), the training images without their copies
    labels: npt.NDArray[np.int64]  # (n,)
    validation: Clinical  # (m, columns)
    groups: Sequence[str]  # (m,) of the validation images; images of one are no independent evidence


def evidence_of(clinical: Clinical, labels: npt.NDArray[np.int64], n_classes: int) -> Evidence:
    """What each statement says for each class, of training images; 0 throughout for one that was never made."""
    evidence = np.zeros((clinical.shape[1], n_classes))
    for block in BLOCKS.values():
        seen = np.stack([clinical[labels == index, block].sum(axis=0) for index in range(n_classes)], axis=1)
        if not seen.sum():
            continue
        rates = seen / np.maximum(seen.sum(axis=0), 1)
        known = seen.sum(axis=0) > 0
        share = rates[:, known].mean(axis=1, keepdims=True)  # of the statement, were all diagnoses equally frequent
        shrunk = (seen + SHRUNK_BY * share) / (seen.sum(axis=0) + SHRUNK_BY)
        said = share[:, 0] > 0
        evidence[block][said] = np.log(shrunk[said] / share[said])
    return evidence.astype(np.float32)


def updated(probabilities: Floats, clinical: Clinical, evidence: Evidence) -> Floats:
    """Bayes' rule: probabilities (n, classes) of images, in the light of what is stated of them."""
    return softmax(np.log(np.maximum(probabilities, SMALLEST_P)) + clinical.astype(np.float64) @ evidence)


def standard_error(values: Floats, groups: Sequence[str]) -> float:
    """Of the mean of values that are independent between groups only; infinite where there is a single group.

    The cluster-robust one of a mean (Cameron and Miller 2015, doi 10.3368/jhr.50.2.317); with groups of one value it
    is the usual one.

    Args:
        values: (n,); groups: the group of each.
    """
    _, member_of = np.unique(list(groups), return_inverse=True)
    sums = np.bincount(member_of, values - values.mean())
    n_groups = len(sums)
    if n_groups < 2:  # noqa: PLR2004 - one shows no spread
        return math.inf
    return math.sqrt(n_groups / (n_groups - 1) * float((sums**2).sum())) / len(values)


def weighed(
    known: Known, probabilities: Floats, labels: npt.NDArray[np.int64]
) -> tuple[Evidence, ClinicalUse] | tuple[None, None]:
    """The evidence times the strength at which validation images are told best, and what goes on the card.

    Args:
        probabilities: (m, classes), calibrated, of the validation images alone; labels: (m,).

    Returns:
        Neither where it does not help on the validation images beyond chance: cross-entropy must fall by more than the
        standard error of the fall over groups, since the best of all strengths never does worse than none.
    """
    full = evidence_of(known.originals, known.labels, probabilities.shape[1])

    def losses(strength: float) -> Floats:
        told = updated(probabilities, known.validation, (strength * full).astype(np.float32))
        return losses_of(told, labels)

    found = minimize_scalar(lambda strength: losses(strength).mean(), bounds=(0.0, 1.0), method="bounded")
    strength = round(float(found.x), DIGITS)
    fall = losses(0.0) - losses(strength)
    if strength < FAINTEST or not fall.mean() > standard_error(fall, known.groups):
        return None, None
    use = ClinicalUse(
        columns=COLUMNS,
        strength=strength,
        n=len(known.labels),
        stated=stated(known.originals),
        image_alone=validation_scores(probabilities, labels),
    )
    return (strength * full).astype(np.float32), use
