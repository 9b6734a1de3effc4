"""The reliability diagram: is the model right as often as it is sure?"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dermaflow.core.measures import in_words
from dermaflow.evaluation.calibration import Bin
from dermaflow.evaluation.figures import COLOURS, DPI, GRID, png, titled
from dermaflow.evaluation.metrics import Floats

BARS = np.linspace(0, 1, 21)


def draw_reliability(
    points: Sequence[Bin], confidence: Floats, errors: Mapping[str, Mapping[str, float | None]], *, phantom: bool
) -> bytes:
    """How often the model is right by how sure it is, with 95 % intervals, above how many images it is so sure of.

    Args:
        points: from `calibration.reliability`.
        confidence: (n,) the probability of the class that is named.
        errors: ece and ece_if_calibrated, as metrics.json holds them.
    """
    figure = Figure(figsize=(6.6, 8.2), dpi=DPI, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    above.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="calibrated: right as often as sure")
    x, y = np.array([point.confidence for point in points]), np.array([point.right.value for point in points])
    ends = [(point.right.low, point.right.high) for point in points]
    low, high = (
        np.array([value if end is None else end for value, end in zip(y, side, strict=True)])
        for side in zip(*ends, strict=True)
    )
    fewest, most = min(point.n for point in points), max(point.n for point in points)
    each = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    above.errorbar(
        x, y, [y - low, high - y], fmt="o", color=COLOURS[0], capsize=3, label=f"this model, {each} images a point"
    )
    above.set(
        ylim=(-0.01, 1.13), yticks=np.linspace(0, 1, 6), ylabel="share of images in which the named diagnosis is true"
    )
    above.set_title(titled(f"Reliability, {len(confidence):,} test images\n{_in_words(errors)}", phantom=phantom))
    above.legend(frameon=False, loc="upper left")
    below.hist(confidence, bins=BARS, color=COLOURS[0], edgecolor="white")
    below.set(xlim=(-0.01, 1.01), xlabel="probability of the diagnosis that the model names", ylabel="images")
    for axes in (above, below):
        axes.grid(color=GRID)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
    above.yaxis.set_major_formatter(PercentFormatter(1))
    return png(figure)


def _in_words(errors: Mapping[str, Mapping[str, float | None]]) -> str:
    return f"calibration error {in_words(errors['ece'])}; by chance alone {errors['ece_if_calibrated']['value']:.3f}"
