"""The test result as one JSON object: every measure with its interval, and as lines for the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.intervals import estimate, groups_behind, resampled
from dermaflow.evaluation.metrics import Floats, Indices, Measures, measure, not_shown
from dermaflow.evaluation.params import EvaluateParams

CONFIDENCE = 0.95
HEADLINES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_auc": "macro AUC",
    "melanoma_auc": "melanoma AUC",
}


@dataclass(frozen=True)
class Outcome:
    """Test images with what is true and what a model says of them."""

    classes: tuple[str, ...]
    truth: Indices  # (n,) index into classes
    probabilities: Floats  # (n, classes)
    groups: Sequence[str]  # (n,) images of one group are no independent evidence


def metrics_of(outcome: Outcome, params: EvaluateParams) -> dict[str, Any]:
    """Every measure as {value, low, high}, the 95 % interval by bootstrap over groups; null where undefined.

    Keys: n_images, n_groups, classes_without_test_images (names: balanced accuracy and macro AUC are means over the
    others), accuracy, balanced_accuracy, macro_auc, melanoma_auc (null without such a class),
    per_class: {class: {n, sensitivity, specificity}}.
    """
    point = measure(outcome.truth, outcome.probabilities)
    draws = resampled(outcome.truth, outcome.probabilities, outcome.groups, params.bootstrap_samples, params.seed)
    n_groups = len(set(outcome.groups))
    overall = {
        name: asdict(estimate(getattr(point, name)[0], getattr(draws, name), CONFIDENCE, n_groups))
        for name in ("accuracy", "balanced_accuracy", "macro_auc")
    }
    return {
        "n_images": len(outcome.truth),
        "n_groups": n_groups,
        "classes_without_test_images": not_shown(outcome.truth, outcome.classes),
        **overall,
        "melanoma_auc": _melanoma_auc(outcome, point, draws),
        "per_class": {name: _of_class(outcome, index, point, draws) for index, name in enumerate(outcome.classes)},
    }


def summary_lines(metrics: Mapping[str, Any]) -> Iterator[str]:
    """What a person wants to know first, a line each; metrics is the whole of metrics.json."""
    kind = "phantom (generated) test images" if metrics["phantom"] else "test images"
    yield f"{metrics['n_images']:,} {kind} in {metrics['n_groups']:,} groups; 95 % intervals over groups"
    absent = metrics["classes_without_test_images"]
    if absent:
        n_classes = len(metrics["per_class"])
        shown = f"{n_classes - len(absent)} of {n_classes} classes"
        yield f"  balanced accuracy and macro AUC are over {shown}: no test image shows {', '.join(absent)}"
    for key, name in HEADLINES.items():
        yield f"  {name:<18} {in_words(metrics[key])}{_beside(metrics['shortcuts'].get(key))}"
    yield "  sensitivity by diagnosis:"
    for name, figures in metrics["per_class"].items():
        yield f"    {name:<27} {in_words(figures['sensitivity'])}, n = {figures['n']}"


def in_words(figure: Mapping[str, float | None] | None) -> str:
    """A measure with its interval as a person writes it: `0.612 (0.560 to 0.660)`."""
    if figure is None or figure["value"] is None:
        return "undefined"
    if figure["low"] is None:
        return f"{figure['value']:.3f} (no interval: fewer than two groups)"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def _beside(shortcut: Mapping[str, Any] | None) -> str:
    """The same figure as it can be had without looking at the lesion."""
    return f"; without the lesion {in_words(shortcut)}, by {shortcut['by']}" if shortcut else ""


def _melanoma_auc(outcome: Outcome, point: Measures, draws: Measures) -> dict[str, float | None] | None:
    if MELANOMA not in outcome.classes:
        return None
    index = outcome.classes.index(MELANOMA)
    behind = min(groups_behind(outcome.truth, outcome.groups, index))
    return asdict(estimate(point.auc[0, index], draws.auc[:, index], CONFIDENCE, behind))


def _of_class(outcome: Outcome, index: int, point: Measures, draws: Measures) -> dict[str, Any]:
    shown, others = groups_behind(outcome.truth, outcome.groups, index)
    sensitivity = estimate(point.sensitivity[0, index], draws.sensitivity[:, index], CONFIDENCE, shown)
    specificity = estimate(point.specificity[0, index], draws.specificity[:, index], CONFIDENCE, others)
    return {
        "n": int((outcome.truth == index).sum()),
        "sensitivity": asdict(sensitivity),
        "specificity": asdict(specificity),
    }
