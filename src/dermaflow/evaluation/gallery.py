"""The worst errors as a picture: what was seen, where the network looked for it, what it said; bytes of a PNG.

The heat maps are Grad-CAM's for the diagnosis that was named (model/explanation.py, which says what they do not show).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from dermaflow.evaluation.figures import png, titled
from dermaflow.evaluation.outcome import Outcome

AT_MOST = 12
_COLUMNS = 3
_WIDTH_IN, _ROW_IN, _HEAD_IN = 7.2, 1.78, 0.62  # as wide as what an A4 page holds
_DPI = 200
_GREY = np.array([0.299, 0.587, 0.114])  # luma, ITU-R BT.601
_ID_CHARS = 34
_EXPLANATION = (
    "Left: what the model sees. Right: Grad-CAM for the diagnosis that it named, from dark (nothing) to bright (most)."
)


def worst_errors(outcome: Outcome, at_most: int = AT_MOST) -> list[int]:
    """The rows of the images with the highest probability of a wrong diagnosis, one image a group.

    Missed melanomas (another diagnosis is the most probable one) come first. They take half of the places at most, so
    that other errors are seen as well, and more where there are not enough of these. Of equals the first row leads.
    """
    named = outcome.probabilities.argmax(axis=1)
    confidence = outcome.probabilities.max(axis=1)
    wrong = np.flatnonzero(named != outcome.truth)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    missed = _one_a_group(wrong[outcome.shows_melanoma[wrong]], outcome.groups, ())
    others = _one_a_group(wrong[~outcome.shows_melanoma[wrong]], outcome.groups, missed)
    n_missed = min(len(missed), max(at_most // 2, at_most - len(others)))
    return missed[:n_missed] + others[: at_most - n_missed]


def draw_gallery(
    outcome: Outcome,
    image_ids: Sequence[str],
    rows: Sequence[int],
    images: npt.NDArray[np.uint8],
    maps: npt.NDArray[np.float32] | None,
    *,
    phantom: bool,
) -> bytes:
    """Draw the chosen errors.

    Args:
        image_ids: (n,) of all images of the outcome.
        rows: as `worst_errors` gives them.
        images: (rows, size, size, 3), 0..255, as the model sees them.
        maps: (rows, any, any), 0..1; None: the model has no convolutional feature map, and the right half stays empty.
    """
    n_lines = max(1, -(-len(rows) // _COLUMNS))
    figure = Figure(figsize=(_WIDTH_IN, _HEAD_IN + n_lines * _ROW_IN), dpi=_DPI)
    top = 1 - _HEAD_IN / figure.get_figheight()
    _head(figure, len(rows), phantom=phantom, explained=maps is not None)
    widths = ([1, 1, 0.18] * _COLUMNS)[:-1]
    grid = GridSpec(n_lines, len(widths), figure, 0.01, 0.0, 0.99, top, wspace=0.04, hspace=0, width_ratios=widths)
    for place, row in enumerate(rows):
        line, column = divmod(place, _COLUMNS)
        seen, looked = (figure.add_subplot(grid[line, 3 * column + half], anchor="N") for half in (0, 1))
        _picture(seen, images[place], None)
        _picture(looked, images[place], np.zeros((1, 1)) if maps is None else maps[place])
        _words(seen, outcome, image_ids[row], row)
    return png(figure, cropped=False)


def _one_a_group(rows: npt.NDArray[np.int64], groups: Sequence[str], taken: Sequence[int]) -> list[int]:
    """The first row of each group, groups of `taken` left out."""
    seen = {groups[row] for row in taken}
    kept = []
    for row in map(int, rows):
        if groups[row] not in seen:
            seen.add(groups[row])
            kept.append(row)
    return kept


def _head(figure: Figure, n: int, *, phantom: bool, explained: bool) -> None:
    found = f"The {n} most confident wrong diagnoses, one a lesion, missed melanomas first"
    title = titled(found if n else "No test image was given a wrong diagnosis", phantom=phantom)
    figure.text(0.5, 1 - 0.08 / figure.get_figheight(), title, ha="center", va="top", fontsize=9)
    below = _EXPLANATION if explained else "Left: what the model sees. Right: grey, this network has no feature map."
    if n:
        figure.text(0.5, 1 - 0.4 / figure.get_figheight(), below, ha="center", va="top", fontsize=6.5, color="#444444")


def _picture(axes: Axes, image: npt.NDArray[np.uint8], heat: npt.NDArray[np.floating] | None) -> None:
    """An image as it is, or grey under its heat map."""
    extent = (0.0, 1.0, 0.0, 1.0)
    if heat is None:
        axes.imshow(image, extent=extent, interpolation="bilinear")
    else:
        axes.imshow(image @ _GREY, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="bilinear")
        axes.imshow(heat, cmap="inferno", vmin=0, vmax=1, alpha=0.6 * bool(heat.any()), extent=extent,
                    interpolation="bicubic")  # fmt: skip
    axes.set_axis_off()


def _words(axes: Axes, outcome: Outcome, image_id: str, row: int) -> None:
    name = image_id if len(image_id) <= _ID_CHARS else f"{image_id[: _ID_CHARS - 1]}…"
    lines = [name, *told(outcome, row)]
    axes.text(
        0, -0.04, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=6.2, linespacing=1.25, parse_math=False
    )


def told(outcome: Outcome, row: int) -> list[str]:
    """What an error is, in three lines: the truth, what was named, and the next most probable or the suspicion.

    A melanoma's last line says whether its probability reaches the threshold of suspicion all the same.
    """
    probabilities = outcome.probabilities[row]
    order = np.argsort(-probabilities, kind="stable")
    truth, named = int(outcome.truth[row]), int(order[0])
    lines = [
        f"true: {outcome.classes[truth]}, {_probability(probabilities[truth])}",
        f"named: {outcome.classes[named]}, {_probability(probabilities[named])}",
    ]
    if truth == outcome.melanoma and outcome.suspected is not None:
        reaches = "yes" if outcome.suspected[row] else "no"
        lines.append(f"suspected of melanoma all the same: {reaches}")
    else:
        following = next((int(index) for index in order[1:] if index != truth), None)
        if following is not None:
            lines.append(f"next: {outcome.classes[following]}, {_probability(probabilities[following])}")
    return lines


def _probability(value: float) -> str:
    """Three digits, and never a 0 or 1 that is none."""
    return "below 0.001" if value < 0.001 else "above 0.999" if value > 0.999 else f"{value:.3f}"  # noqa: PLR2004 - digits shown
