"""The forest plot: the figures of every subgroup with their intervals, beside those of all test images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from dermaflow.core.measures import AT_THRESHOLD, HEADLINES, too_few
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.figures import COLOURS, DPI, GRID, png, titled

PANELS = ("balanced_accuracy", "melanoma_auc", *AT_THRESHOLD)
MOST = 12  # subgroups of one attribute in the picture: the largest; metrics.json holds all
SMALL_COLOUR = "#8a8a8a"
NAME_CHARS = 32
DIGIT_WIDE = "\u2007"  # a blank as wide as a digit
Row = tuple[str, Mapping[str, Any] | None]
"""A label, and the figures of a subgroup; None: it is the heading of an attribute."""


def draw_subgroups(metrics: Mapping[str, Any], *, phantom: bool) -> bytes:
    """A row a subgroup, a panel a figure: value and 95 % interval, small subgroups in grey, all images as a line.

    Args:
        metrics: subgroups, balanced_accuracy, melanoma_auc and operating_point of metrics.json.
    """
    rows = _rows(metrics["subgroups"])
    point = metrics["operating_point"] or {}
    whole = {name: metrics.get(name) or point.get(name) for name in PANELS}
    figure = Figure(figsize=(13.5, 1.9 + 0.29 * len(rows)), dpi=DPI, layout="constrained")
    panels = figure.subplots(1, len(PANELS), sharey=True)
    for axes, name in zip(panels, PANELS, strict=True):
        _panel(axes, name, rows, whole[name])
        axes.set_title(HEADLINES.get(name, name), fontsize=11)
    panels[0].set_yticks(range(len(rows)), [label for label, _ in rows], fontsize=9)
    for label, (_, figures) in zip(panels[0].get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if figures is None else "normal")
        label.set_color(SMALL_COLOUR if figures and figures["small"] else "#111111")
    panels[0].set_ylim(len(rows) - 0.4, -0.8)
    threshold = f"; suspected of melanoma from {point['threshold']:.3f} on" if point else ""
    title = f"Subgroups of {metrics['n_images']:,} test images, 95 % intervals over groups{threshold}"
    figure.suptitle(titled(title, phantom=phantom))
    figure.supxlabel(
        f"dashed: all test images · grey: {too_few(melanoma=MELANOMA in metrics['per_class'])}: a hint at most\n"
        "balanced accuracy is over the diagnoses that a subgroup shows",
        fontsize=9,
    )
    return png(figure)


def _rows(subgroups: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Row]:
    rows: list[Row] = []
    for attribute, found in subgroups.items():
        shown = sorted(found, key=lambda each: -each["n"])[:MOST]
        more = len(found) - len(shown)
        rows.append((f"{attribute} ({more} smaller ones not shown)" if more else attribute, None))
        rows += [(_label(each), each) for each in found if each in shown]
    return rows


def _label(figures: Mapping[str, Any]) -> str:
    name = figures["name"]
    shown = name if len(name) <= NAME_CHARS else f"{name[:NAME_CHARS]}…"
    n, melanoma = (str(figures[key]).rjust(4, DIGIT_WIDE) for key in ("n", "n_melanoma"))
    return f"{shown}   n = {n}, melanoma {melanoma}"


def _panel(axes: Axes, name: str, rows: Sequence[Row], whole: Mapping[str, float | None] | None) -> None:
    if whole and whole["value"] is not None:
        axes.axvline(whole["value"], color="#555555", linestyle="--", linewidth=1, zorder=1)
    for place, (_, figures) in enumerate(rows):
        found = figures[name] if figures else None
        if not figures or not found or found["value"] is None:
            continue
        colour = SMALL_COLOUR if figures["small"] else COLOURS[0]
        if found["low"] is not None:
            axes.plot([found["low"], found["high"]], [place, place], color=colour, linewidth=1.6, zorder=2)
        axes.plot(found["value"], place, marker="s", markersize=4.5, color=colour, zorder=3)
    found = [figures[name] for _, figures in rows if figures and figures[name]]
    ends = [end for each in [*found, whole or {}] for end in each.values() if end is not None]
    left = np.floor(4 * min(ends, default=0)) / 4
    axes.set_xlim(left - 0.02, 1.02)
    axes.xaxis.set_major_locator(MultipleLocator(0.25 if left < 0.5 else 0.1))  # noqa: PLR2004 - half of the axis
    axes.grid(axis="x", color=GRID)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
