"""The test result as one JSON object: every measure with its interval, and as lines for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from dermaflow.core.measures import AT_THRESHOLD, HEADLINES, in_words, n_small, too_few, without_lesion
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.by_class import class_figures, class_measures
from dermaflow.evaluation.confusion import confusion_figures, confusion_measures
from dermaflow.evaluation.headlines import headline_figures, headline_measures
from dermaflow.evaluation.intervals import Drawn, drawn
from dermaflow.evaluation.metrics import Floats, measure, not_shown
from dermaflow.evaluation.operating import at_threshold_figures, at_threshold_measures
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.subgroups import subgroup_figures

WIDTH = max(map(len, HEADLINES.values()))


def metrics_of(outcome: Outcome, params: EvaluateParams) -> dict[str, Any]:
    """Every measure as {value, low, high}, the 95 % interval by bootstrap over groups; null where undefined.

    Keys: n_images, n_groups, classes_without_test_images (names: balanced accuracy and macro AUC are means over the
    others), accuracy, balanced_accuracy, macro_auc, melanoma_auc (versus the rest) and melanoma_vs_nevus_auc (null
    without such classes), ece (0 to 1), ece_if_calibrated (what chance alone gives), brier (0 to 2),
    operating_point: {diagnosis, threshold, sensitivity, specificity, ppv, npv} or null,
    per_class: {class: {n, auc, average_precision, sensitivity, specificity}},
    confusion: {class: {what it is named: share}},
    subgroups: see `subgroup_figures`.
    """
    found = drawn(lambda weights: _measures(outcome, weights), outcome.groups, params.bootstrap_samples, params.seed)
    return {
        "n_images": len(outcome.truth),
        "n_groups": len(set(outcome.groups)),
        "classes_without_test_images": not_shown(outcome.truth, outcome.classes),
        **headline_figures(outcome, found, params.seed),
        "operating_point": _operating_point(outcome, found),
        "per_class": class_figures(outcome, found),
        "confusion": confusion_figures(outcome, found),
        "subgroups": subgroup_figures(outcome, params),
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
        by_chance = f"; by chance alone {in_words(metrics['ece_if_calibrated'])}" if key == "ece" else ""
        yield f"  {name:<{WIDTH}} {in_words(metrics[key])}{by_chance}{without_lesion(metrics['shortcuts'].get(key))}"
    yield from _operating_lines(metrics["operating_point"])
    yield "  sensitivity by diagnosis:"
    for name, figures in metrics["per_class"].items():
        yield f"    {name:<27} {in_words(figures['sensitivity'])}, n = {figures['n']}"
    small, among = n_small(metrics["subgroups"])
    if small:
        few = too_few(melanoma=MELANOMA in metrics["per_class"])
        yield f"  warning: {small} of {among} subgroups are small ({few}): their figures are a hint at most"


def _operating_lines(point: Mapping[str, Any] | None) -> Iterator[str]:
    if point is None:
        yield f"  {'operating point':<{WIDTH}} none: melanoma is no class, or no validation image shows it"
        return
    yield f"  suspected of {point['diagnosis']} from a probability of {point['threshold']:.3f} on:"
    for name in AT_THRESHOLD:
        yield f"    {name:<{WIDTH - 2}} {in_words(point[name])}"


def _measures(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    known = measure(outcome.truth, outcome.probabilities, weights)
    headlines = headline_measures(outcome, weights, known=known)
    told = class_measures(known) | confusion_measures(outcome, weights)
    return told | headlines | at_threshold_measures(outcome, weights)


def _operating_point(outcome: Outcome, found: Drawn) -> dict[str, Any] | None:
    shares = at_threshold_figures(outcome, found)
    return shares and {"diagnosis": MELANOMA, "threshold": outcome.threshold, **shares}
