"""What a test is told by: the measures, their names in words, and how a person writes a figure with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any

HEADLINES = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "macro_auc": "macro AUC",
    "melanoma_auc": "AUC, melanoma versus the rest",
    "melanoma_vs_nevus_auc": "AUC, melanoma versus nevus",
    "ece": "calibration error",
    "brier": "Brier score (0 to 2)",
}
"""Of metrics.json, in the order in which they are told."""
AT_THRESHOLD = ("sensitivity", "specificity")
"""Of suspicion of melanoma at the model's threshold."""
COMPARED = ("balanced_accuracy", "macro_auc", "melanoma_auc", "melanoma_vs_nevus_auc")
"""What a model's figures are held against is told by these: shortcuts, and age, sex and site without the image."""
ENOUGH = 100
"""Fewer groups of images in a subgroup are small: see evaluation.subgroups, which says of what and why."""
SMALLEST_P = 1e-7  # as Keras clips a probability: the logarithm of 0 is no number

OVER_ALL = ("balanced_accuracy", "macro_auc")
"""Those of COMPARED that are means over all diagnoses: over other diagnoses they are another measure."""

Figure = dict[str, float | None]
"""A measure as JSON holds it: value, low, high; all null where it is undefined, the ends where there is no interval."""


def in_words(figure: Mapping[str, float | None] | None, digits: int = 3, *, signed: bool = False) -> str:
    """A figure with its interval, such as `0.612 (0.560 to 0.660)`; signed: a difference."""
    if not figure or figure.get("value") is None:
        return "undefined"
    form = f"{'+' if signed else ''}.{digits}f"
    if figure.get("low") is None or figure.get("high") is None:
        return f"{figure['value']:{form}} (no interval: fewer than two groups)"
    return f"{figure['value']:{form}} ({figure['low']:{form}} to {figure['high']:{form}})"


def without_lesion(shortcut: Mapping[str, Any] | None) -> str:
    """Words to follow a model's figure: the same one as it can be had without a look at the lesion; blank where not."""
    return f"; without the lesion {in_words(shortcut)}, by {shortcut['by']}" if shortcut else ""


def too_few(*, melanoma: bool) -> str:
    """What makes a subgroup small, in words; melanoma: whether it is one of the classes."""
    return f"fewer than {ENOUGH} groups{f' with melanoma or fewer than {ENOUGH} without' if melanoma else ''}"


def n_small(subgroups: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[int, int]:
    """How many of the subgroups of metrics.json are small, and how many there are."""
    flags = [each["small"] for of_attribute in subgroups.values() for each in of_attribute]
    return sum(flags), len(flags)
