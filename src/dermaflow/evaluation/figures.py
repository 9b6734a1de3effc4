"""What all pictures of a test share, and the confusion matrix; figures_<what>.py draw the others, as bytes of a PNG.

None touches pyplot or its globals, and nothing that changes from run to run enters the files.
"""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dermaflow.core.taxonomy import DIAGNOSES, MELANOMA
from dermaflow.evaluation.metrics import Indices

DPI = 120
GRID = "#e5e5e5"
MELANOMA_COLOUR = "#c1121f"
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#111111", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#17becf")


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
    axes.set_title(titled(f"Confusion matrix, {len(truth):,} test images", phantom=phantom))
    return png(figure)


def colour_of(diagnosis: str) -> str:
    """The same for a diagnosis in every picture; melanoma stands out."""
    return MELANOMA_COLOUR if diagnosis == MELANOMA else COLOURS[DIAGNOSES.index(diagnosis)]


def titled(text: str, *, phantom: bool) -> str:
    """A title, with a second line that cannot be overlooked where images were generated."""
    return f"{text}\nPHANTOM: generated images, no statement about skin" if phantom else text


def png(figure: Figure, *, cropped: bool = True) -> bytes:
    """The picture as a file, the same bytes for the same picture; cropped to what is drawn, or as large as it is."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", bbox_inches="tight" if cropped else None, metadata={"Software": None})
    return buffer.getvalue()


def _cell(axes: Axes, row: int, column: int, count: int, share: float) -> None:
    colour = "white" if share > 0.55 else "#222222" if count else "#aaaaaa"  # noqa: PLR2004 - where blue turns dark
    text = f"{count}\n{share:.0%}" if count else "0"
    axes.text(column, row, text, ha="center", va="center", color=colour, fontweight="bold" if row == column else None)
