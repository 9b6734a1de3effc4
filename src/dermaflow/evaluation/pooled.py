"""The test images of all folds of a cross-validation together, each with what the model says that has not seen it.

One interval over all groups, narrower than that of any fold. The models of the folds are different ones whose scores
need not mean quite the same, so that a pooled AUC may lie a little below the folds' mean (Airola et al. 2011,
doi 10.1016/j.csda.2010.11.023): both are told. The standard deviation over folds says how much a figure changes with
the images that a model happens to learn from and is tested on; it is no standard error, for the folds share most of
what they learn from (Bengio and Grandvalet 2004, J. Mach. Learn. Res. 5:1089).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from dermaflow.core.measures import HEADLINES
from dermaflow.evaluation.metrics import Flags, Floats
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of


@dataclass(frozen=True)
class PooledOutcome(Outcome):
    """As Outcome, but the images are suspected at thresholds of their own: those of the models that judged them."""

    thresholds: Floats | None = None  # (n,); None: some model has no operating point

    @property
    def suspected(self) -> Flags | None:
        """Which images are suspected of melanoma by the model of their fold, shape (n,); None without thresholds."""
        if self.melanoma is None or self.thresholds is None:
            return None
        flags: Flags = self.probabilities[:, self.melanoma] >= self.thresholds
        return flags

    def part(self, chosen: Flags) -> Self:
        """The chosen images alone, without attributes; chosen has shape (n,)."""
        thresholds = None if self.thresholds is None else self.thresholds[chosen]
        return replace(super().part(chosen), thresholds=thresholds)


def pooled(outcomes: Sequence[Outcome]) -> PooledOutcome:
    """All folds' images, one after another; the folds share classes and the attributes that they tell of."""
    first = outcomes[0]
    thresholds = [one.threshold for one in outcomes]
    sizes = [len(one.truth) for one in outcomes]
    known = [threshold for threshold in thresholds if threshold is not None]
    return PooledOutcome(
        classes=first.classes,
        truth=np.concatenate([one.truth for one in outcomes]),
        probabilities=np.concatenate([one.probabilities for one in outcomes]),
        groups=[group for one in outcomes for group in one.groups],
        threshold=float(np.mean(known)) if len(known) == len(outcomes) else None,
        attributes={name: [value for one in outcomes for value in one.attributes[name]] for name in first.attributes},
        thresholds=np.repeat(known, sizes) if len(known) == len(outcomes) else None,
    )


def pooled_metrics(outcomes: Sequence[Outcome], params: EvaluateParams) -> dict[str, Any]:
    """As `metrics_of`, of all folds' images; its operating point names the mean threshold and, beside, each fold's."""
    metrics = metrics_of(pooled(outcomes), params)
    if metrics["operating_point"]:
        metrics["operating_point"]["thresholds"] = [one.threshold for one in outcomes]
    return metrics


def over_folds(metrics: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean and standard deviation (n - 1) over folds of each headline figure that every fold has a value for.

    Args:
        metrics: of each fold, as `metrics_of` gives them; at least two.
    """
    found = {}
    for name in HEADLINES:
        values = [each[name]["value"] if each.get(name) else None for each in metrics]
        known = [value for value in values if value is not None]
        if len(known) == len(metrics):
            found[name] = {"mean": float(np.mean(known)), "sd": float(np.std(known, ddof=1))}
    return found
