"""How training went: loss and accuracy by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from dermaflow.evaluation.figures import COLOURS, DPI, GRID, png, titled

SERIES = {  # figure of an epoch: panel, label, colour
    "loss": ("loss", "training", COLOURS[0]),
    "val_loss": ("loss", "validation", COLOURS[1]),
    "accuracy": ("accuracy", "training accuracy", COLOURS[0]),
    "val_accuracy": ("accuracy", "validation accuracy", COLOURS[1]),
    "val_balanced_accuracy": ("accuracy", "validation balanced accuracy", COLOURS[2]),
}


def draw_training(
    networks: Sequence[Sequence[Mapping[str, float]]], best_epochs: Sequence[int], *, phantom: bool
) -> bytes:
    """Loss and accuracy of each network by epoch, the epochs whose weights were kept marked; the first one in front.

    Args:
        networks: the epochs of each, at least one; an epoch holds what SERIES names.
        best_epochs: of each network, counted from 1.
    """
    figure = Figure(figsize=(11, 4.8), dpi=DPI, layout="constrained")
    panels = dict(zip(("loss", "accuracy"), figure.subplots(1, 2), strict=True))
    for place, (epochs, best_epoch) in enumerate(zip(networks, best_epochs, strict=True), 1):
        numbers = range(1, len(epochs) + 1)
        for column, (panel, label, colour) in SERIES.items():
            panels[panel].plot(numbers, [row[column] for row in epochs], color=colour, **_look(place, label))
        for axes in panels.values():
            axes.axvline(best_epoch, color="#555555", linestyle="--", **_look(place, f"epoch {best_epoch}, kept", ""))
    last = max(map(len, networks))
    for name, axes in panels.items():
        axes.set(xlabel="epoch", ylabel=name, xlim=(0.5, last + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(color=GRID)
        axes.legend(frameon=False)
    panels["loss"].set_ylim(bottom=0)
    panels["accuracy"].set_ylim(0, 1)
    panels["accuracy"].yaxis.set_major_formatter(PercentFormatter(1))
    several = f" of {len(networks)} networks, the first one in front" if len(networks) > 1 else ""
    figure.suptitle(titled(f"Training{several}, {last} epochs", phantom=phantom))
    return png(figure)


def _look(place: int, label: str, marker: str = "o") -> dict[str, Any]:
    """The first network has the legend and is in front; the others are pale."""
    if place > 1:
        return {"linewidth": 1, "alpha": 0.4}
    return {"label": label, "marker": marker, "markersize": 3, "linewidth": 1.5 if marker else 1, "zorder": 3}
