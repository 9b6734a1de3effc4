"""Single marks of a phantom picture, drawn finely and then made coarse: dots, vessels, hairs, a ruler."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dermaflow.sources.phantom_geometry import Field, View

_FINER = 2  # marks are drawn on a canvas this many times as wide

Points = npt.NDArray[np.float64]
"""Picture coordinates, shape (n, 2)."""


def _layer(size_px: int, draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Field:
    """Draw on a fine canvas and reduce it: 0 where nothing is, 1 where a mark is."""
    canvas = Image.new("L", (size_px * _FINER, size_px * _FINER))
    draw(ImageDraw.Draw(canvas), size_px * _FINER / 2)
    return np.asarray(canvas.reduce(_FINER), dtype=np.float32) / np.float32(255)


def dots(size_px: int, centres: Points, radii: npt.NDArray[np.float64]) -> Field:
    """Filled round marks; centres and radii in picture coordinates."""

    def draw(pen: ImageDraw.ImageDraw, half: float) -> None:
        for (x, y), radius in zip((centres + 1) * half, radii * half, strict=True):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)

    return _layer(size_px, draw)


def lines(size_px: int, paths: list[Points], width: float) -> Field:
    """Lines through points; the width in picture coordinates."""

    def draw(pen: ImageDraw.ImageDraw, half: float) -> None:
        for path in paths:
            pen.line([(x, y) for x, y in (path + 1) * half], fill=255, width=max(1, round(width * half)))

    return _layer(size_px, draw)


def scattered(count: int, size: float, view: View, rng: np.random.Generator) -> Points:
    """Random places within a lesion of radius `size`, in picture coordinates."""
    angle, radius = rng.uniform(0, 2 * np.pi, count), 0.9 * size * np.sqrt(rng.uniform(0, 1, count))
    return view.to_picture(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))


def vessels(size_px: int, count: int, size: float, view: View, rng: np.random.Generator) -> Field:
    """Winding lines within a lesion."""
    starts, first = 0.8 * size * rng.uniform(-1, 1, (count, 2)), rng.uniform(0, 2 * np.pi, count)
    headings = first[:, None] + np.cumsum(rng.normal(0, 0.45, (count, 10)), axis=1)
    return lines(size_px, [view.to_picture(path) for path in _walks(starts, headings, 0.14 * size)], 0.028)


def _walks(starts: Points, headings: Points, step: float) -> list[Points]:
    """The points of several walks; starts (n, 2), headings in radians (n, steps)."""
    moves = step * np.stack([np.cos(headings), np.sin(headings)], axis=2)
    return list(starts[:, None] + np.cumsum(moves, axis=1))


def hairs(size_px: int, count: int, rng: np.random.Generator) -> Field:
    """Long, slightly bent lines across the picture."""
    first, bends = rng.uniform(0, 2 * np.pi, count), rng.normal(0, 0.06, count)
    headings = first[:, None] + bends[:, None] * np.arange(16)
    return lines(size_px, _walks(rng.uniform(-1.2, 1.2, (count, 2)), headings, 0.11), 0.018)


def ruler(size_px: int, rng: np.random.Generator) -> Field:
    """The ticks of a scale along one edge, every fifth a longer one."""
    ticks = np.arange(-1, 1, 0.09) + rng.uniform(0, 0.09)
    lengths = np.where(np.arange(ticks.size) % 5 == 0, 0.16, 0.08)
    ends = [np.array([[tick, 1.0], [tick, 1 - length]]) for tick, length in zip(ticks, lengths, strict=True)]
    drawn = lines(size_px, ends, 0.015)
    return np.rot90(drawn, int(rng.integers(4))).copy()
