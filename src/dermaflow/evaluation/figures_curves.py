"""ROC and precision-recall curves, each diagnosis against the rest."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.figures import DPI, GRID, colour_of, png, titled
from dermaflow.evaluation.metrics import Flags, Floats, Indices, precision_recall_points, roc_points


def draw_roc(truth: Indices, probabilities: Floats, classes: Sequence[str], *, phantom: bool) -> bytes:
    """ROC curves, each diagnosis against the rest, melanoma in front; the legend gives AUC and n.

    Input shapes: (n,) and (n, classes). A diagnosis whose curve is undefined is named without one.
    """
    figure = Figure(figsize=(7.5, 7.5), dpi=DPI)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle=":", label="chance (AUC 0.50)")
    for name, positive, scores in _melanoma_first(truth, probabilities, classes):
        false_rate, true_rate = roc_points(positive, scores)
        known = f"AUC {np.trapezoid(true_rate, false_rate):.2f}" if false_rate.size else "undefined"
        axes.plot(false_rate, true_rate, **_look(name), label=f"{name}: {known}, n = {positive.sum()}")
    axes.set_xlabel("false positive rate (1 − specificity)")
    axes.set_ylabel("true positive rate (sensitivity)")
    title = titled(f"ROC, each diagnosis against the rest, {len(truth):,} test images", phantom=phantom)
    return _finished(figure, axes, title)


def draw_precision_recall(truth: Indices, probabilities: Floats, classes: Sequence[str], *, phantom: bool) -> bytes:
    """Precision-recall curves, as `draw_roc` draws ROC; the legend gives average precision and n.

    A dotted line says how common the diagnosis is: the precision of chance.
    """
    figure = Figure(figsize=(7.5, 7.5), dpi=DPI)
    axes = figure.add_subplot()
    for name, positive, scores in _melanoma_first(truth, probabilities, classes):
        recall, precision = _from_first_hit(*precision_recall_points(positive, scores))
        known = f"AP {(np.diff(recall) * precision[1:]).sum():.2f}" if recall.size else "undefined"
        look = _look(name)
        axes.step(recall, precision, **look, where="pre", label=f"{name}: {known}, n = {positive.sum()}")
        axes.axhline(positive.mean(), color=look["color"], linewidth=1, linestyle=":", zorder=1)
    axes.plot([], [], color="#555555", linewidth=1, linestyle=":", label="chance: the share of the images")
    axes.set_xlabel("recall (sensitivity)")
    axes.set_ylabel("precision (positive predictive value)")
    title = titled(
        f"Precision and recall, each diagnosis against the rest, {len(truth):,} test images", phantom=phantom
    )
    return _finished(figure, axes, title)


def _melanoma_first(
    truth: Indices, probabilities: Floats, classes: Sequence[str]
) -> Iterator[tuple[str, Flags, Floats]]:
    for index in sorted(range(len(classes)), key=lambda index: (classes[index] != MELANOMA, index)):
        yield classes[index], truth == index, probabilities[:, index]


def _from_first_hit(recall: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """The curve from the first positive found on: before it there is no recall, and nothing to see but a vertical."""
    hit = recall > 0
    return np.append(recall[hit][:1] * 0, recall[hit]), np.append(precision[hit][:1], precision[hit])


def _look(name: str) -> dict[str, Any]:
    front = name == MELANOMA
    return {"color": colour_of(name), "linewidth": 3 if front else 1.3, "zorder": 3 if front else 2}


def _finished(figure: Figure, axes: Axes, title: str) -> bytes:
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.grid(color=GRID)
    axes.set_title(title)
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=11)
    return png(figure)
