"""All pictures of a test result, by name."""

from collections.abc import Mapping
from typing import Any

from dermaflow.evaluation.calibration import reliability
from dermaflow.evaluation.figures import draw_confusion
from dermaflow.evaluation.figures_curves import draw_precision_recall, draw_roc
from dermaflow.evaluation.figures_reliability import draw_reliability
from dermaflow.evaluation.figures_subgroups import draw_subgroups
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams


def figures_of(outcome: Outcome, metrics: Mapping[str, Any], params: EvaluateParams) -> dict[str, bytes]:
    """The pictures of a test as PNG, by the name of their file without its ending.

    Args:
        metrics: the whole of metrics.json.
    """
    truth, scores, classes = outcome.truth, outcome.probabilities, outcome.classes
    points = reliability(truth, scores, outcome.groups, params.bootstrap_samples, params.seed)
    phantom = metrics["phantom"]
    return {
        "confusion": draw_confusion(truth, scores.argmax(axis=1), classes, phantom=phantom),
        "roc": draw_roc(truth, scores, classes, phantom=phantom),
        "precision_recall": draw_precision_recall(truth, scores, classes, phantom=phantom),
        "reliability": draw_reliability(points, scores.max(axis=1), metrics, phantom=phantom),
        "subgroups": draw_subgroups(metrics, phantom=phantom),
    }
