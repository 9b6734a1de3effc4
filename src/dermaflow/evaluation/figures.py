"""The test result and the training as pictures that a person can read; each function gives the bytes of a PNG.

Nothing here touches pyplot or its globals, and nothing that changes from run to run enters the files.
"""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from dermaflow.core.taxonomy import DIAGNOSES, MELANOMA
from dermaflow.evaluation.metrics import Flags, Floats, Indices, roc_points

DPI = 120
MELANOMA_COLOUR = "#c1121f"
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#111111", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#17becf")
SERIES = {  # column of history.csv: panel, label, colour
    "loss": ("loss", "training", "#1f77b4"),
    "val_loss": ("loss", "validation", "#ff7f0e"),
    "accuracy": ("accuracy", "training accuracy", "#1f77b4"),
    "val_accuracy": ("accuracy", "validation accuracy", "#ff7f0e"),
    "val_balanced_accuracy": ("accuracy", "validation balanced accuracy", "#2ca02c"),
}


def draw_confusion(truth: Indices, predicted: Indices, classes: Sequence[str], *, phantom: bool) -> bytes:
    """The confusion matrix: counts, and what share of the row's diagnosis they are (colour and per cent).

    Input shapes: (n,) and (n,), indices into classes. A diagnosis without images has an empty row.
    """
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    totals = counts.sum(axis=1)
    shares = counts / np.maximum(totals, 1)[:, np.newaxis]
    side = 3.6 + 0.85 * len(classes)
    figure = Figure(figsize=(side + 1.2, side), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    bar = figure.colorbar(picture, ax=axes, shrink=0.8, format=PercentFormatter(1))
    bar.set_label("share of the images with this true diagnosis")
    for row, column in np.argwhere(np.broadcast_to(totals[:, np.newaxis] > 0, counts.shape)):
        _cell(axes, int(row), int(column), int(counts[row, column]), float(shares[row, column]))
    axes.set_xticks(range(len(classes)), classes, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(classes)), [f"{name}\n(n = {n})" for name, n in zip(classes, totals, strict=True)])
    axes.set_xlabel("predicted diagnosis", fontsize=13)
    axes.set_ylabel("true diagnosis", fontsize=13)
    axes.set_title(_title(f"Confusion matrix, {len(truth):,} test images", phantom=phantom))
    return _png(figure)


def draw_roc(truth: Indices, probabilities: Floats, classes: Sequence[str], *, phantom: bool) -> bytes:
    """ROC curves, each diagnosis against the rest, melanoma in front; the legend gives AUC and n.

    Input shapes: (n,) and (n, classes). A diagnosis whose curve is undefined is named without one.
    """
    figure = Figure(figsize=(7.5, 7.5), dpi=DPI)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle=":", label="chance (AUC 0.50)")
    for index in sorted(range(len(classes)), key=lambda index: (classes[index] != MELANOMA, index)):
        _curve(axes, classes[index], truth == index, probabilities[:, index])
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.set_xlabel("false positive rate (1 − specificity)")
    axes.set_ylabel("true positive rate (sensitivity)")
    axes.grid(color="#e5e5e5")
    axes.set_title(_title(f"ROC, each diagnosis against the rest, {len(truth):,} test images", phantom=phantom))
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=11)
    return _png(figure)


def draw_training(history: Mapping[str, Floats], best_epoch: int, *, phantom: bool) -> bytes:
    """Loss and accuracy by epoch, the epoch whose weights were kept marked.

    Args:
        history: the columns of history.csv; `epoch` and those of SERIES, each (epochs,).
        best_epoch: as numbered in the column `epoch`.
    """
    figure = Figure(figsize=(11, 4.8), dpi=DPI, layout="constrained")
    panels = dict(zip(("loss", "accuracy"), figure.subplots(1, 2), strict=True))
    for column, (panel, label, colour) in SERIES.items():
        panels[panel].plot(history["epoch"], history[column], color=colour, marker="o", markersize=3, label=label)
    for name, axes in panels.items():
        axes.axvline(best_epoch, color="#555555", linestyle="--", linewidth=1, label=f"epoch {best_epoch}, kept")
        axes.set(xlabel="epoch", ylabel=name, xlim=(0.5, max(history["epoch"]) + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(color="#e5e5e5")
        axes.legend(frameon=False)
    panels["loss"].set_ylim(bottom=0)
    panels["accuracy"].set_ylim(0, 1)
    panels["accuracy"].yaxis.set_major_formatter(PercentFormatter(1))
    figure.suptitle(_title(f"Training, {len(history['epoch'])} epochs", phantom=phantom))
    return _png(figure)


def _cell(axes: Axes, row: int, column: int, count: int, share: float) -> None:
    colour = "white" if share > 0.55 else "#222222" if count else "#aaaaaa"  # noqa: PLR2004 - where blue turns dark
    text = f"{count}\n{share:.0%}" if count else "0"
    axes.text(column, row, text, ha="center", va="center", color=colour, fontweight="bold" if row == column else None)


def _curve(axes: Axes, name: str, positive: Flags, scores: Floats) -> None:
    false_rate, true_rate = roc_points(positive, scores)
    known = f"AUC {np.trapezoid(true_rate, false_rate):.2f}" if false_rate.size else "undefined"
    front = name == MELANOMA
    axes.plot(
        false_rate,
        true_rate,
        color=MELANOMA_COLOUR if front else COLOURS[DIAGNOSES.index(name)],
        linewidth=3 if front else 1.3,
        zorder=3 if front else 2,
        label=f"{name}: {known}, n = {positive.sum()}",
    )


def _title(text: str, *, phantom: bool) -> str:
    return f"{text}\nPHANTOM: generated images, no statement about skin" if phantom else text


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()
