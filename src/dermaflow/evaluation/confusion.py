"""What the images of each diagnosis are named: the confusion matrix as shares of its rows, with intervals."""

import numpy as np

from dermaflow.core.measures import Figure
from dermaflow.evaluation.intervals import Drawn, estimate_share, figure, groups_behind
from dermaflow.evaluation.metrics import Floats, share_of
from dermaflow.evaluation.outcome import Outcome

_CELLS = "confusion"


def confusion_measures(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    """The share of each diagnosis' images that are named each diagnosis, row by row: (samples, classes * classes).

    Args:
        weights: (samples, n) how often each image counts. A row without weight is NaN.
    """
    n_classes = len(outcome.classes)
    named = np.eye(n_classes)[outcome.probabilities.argmax(axis=1)]
    rows = []
    for index in range(n_classes):
        shown = outcome.truth == index
        counted = weights[:, shown] @ named[shown]
        rows.append(share_of(counted, np.repeat(counted.sum(axis=1, keepdims=True), n_classes, axis=1)))
    return {_CELLS: np.concatenate(rows, axis=1)}


def confusion_figures(outcome: Outcome, found: Drawn) -> dict[str, dict[str, Figure]]:
    """Diagnosis → what it is named → the share of its images, as {value, low, high}; all null without images.

    Args:
        found: holds what `confusion_measures` gives, and how it varies between resamples.
    """
    n_classes = len(outcome.classes)
    behind = [groups_behind(outcome.truth, outcome.groups, index)[0] for index in range(n_classes)]
    return {
        true: {
            named: figure(found, _CELLS, behind[row], row * n_classes + column, estimate_share)
            for column, named in enumerate(outcome.classes)
        }
        for row, true in enumerate(outcome.classes)
    }
