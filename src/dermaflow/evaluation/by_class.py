"""How well each diagnosis is told from all others: of all test images, or of a subgroup."""

from typing import Any

from dermaflow.evaluation.intervals import Drawn, estimate_share, figure, groups_behind
from dermaflow.evaluation.metrics import Floats, Measures
from dermaflow.evaluation.outcome import Outcome

MEASURED = ("auc", "average_precision", "sensitivity", "specificity")


def class_measures(known: Measures) -> dict[str, Floats]:
    """Those of MEASURED for each sample, of shape (samples, classes)."""
    return {name: getattr(known, name) for name in MEASURED}


def class_figures(outcome: Outcome, found: Drawn) -> dict[str, dict[str, Any]]:
    """For each class n, its number of images, and each of MEASURED as {value, low, high}, one versus the rest.

    Args:
        found: holds what `class_measures` gives, and how it varies between resamples.
    """
    return {name: _of_class(outcome, index, found) for index, name in enumerate(outcome.classes)}


def _of_class(outcome: Outcome, index: int, found: Drawn) -> dict[str, Any]:
    shown, others = groups_behind(outcome.truth, outcome.groups, index)
    both = min(shown, others)
    behind = {"auc": both, "average_precision": both, "sensitivity": shown, "specificity": others}
    figures = {name: figure(found, name, behind[name], index, estimate_share) for name in MEASURED}
    return {"n": int((outcome.truth == index).sum()), **figures}
