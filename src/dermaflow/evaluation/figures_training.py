"""How training went: loss and accuracy by epoch."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from dermaflow.evaluation.figures import COLOURS, DPI, GRID, png, titled
from dermaflow.evaluation.metrics import Floats

SERIES = {  # column of history.csv: panel, label, colour
    "loss": ("loss", "training", COLOURS[0]),
    "val_loss": ("loss", "validation", COLOURS[1]),
    "accuracy": ("accuracy", "training accuracy", COLOURS[0]),
    "val_accuracy": ("accuracy", "validation accuracy", COLOURS[1]),
    "val_balanced_accuracy": ("accuracy", "validation balanced accuracy", COLOURS[2]),
}


def draw_training(history: Mapping[str, Floats], best_epoch: int, *, phantom: bool) -> bytes:
    """Loss and accuracy of the first network by epoch, the epoch whose weights were kept marked.

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
        axes.grid(color=GRID)
        axes.legend(frameon=False)
    panels["loss"].set_ylim(bottom=0)
    panels["accuracy"].set_ylim(0, 1)
    panels["accuracy"].yaxis.set_major_formatter(PercentFormatter(1))
    figure.suptitle(titled(f"Training, {len(history['epoch'])} epochs", phantom=phantom))
    return png(figure)
