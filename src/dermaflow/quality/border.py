"""What the outermost pixels of a picture look like: what a model learns from it cannot be about a lesion.

Images of one clinic share their frames, vignettes and lamps. How well the diagnosis is told from this ring alone
is a measure of how much a collection gives away besides lesions (see `shortcuts`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from dermaflow.quality.appearance import Planes, luminance_of, planes_of

RING_FRAC = 0.04
"""Width of the ring, of the side of the picture: 5 px of 128."""


@dataclass(frozen=True)
class Border:
    """What is measured of the ring, and of its four corners; levels are 0..255."""

    border_red: float  # mean
    border_green: float
    border_blue: float
    border_red_spread: float  # standard deviation
    border_green_spread: float
    border_blue_spread: float
    border_detail: float  # mean change of luminance from pixel to pixel along the four outermost lines
    corner_brightness: float  # mean luminance of the four corners, each as wide and high as the ring


def border_of(glance: Image.Image) -> Border:
    """Measure the ring of a picture as made by `appearance.glance_of`."""
    ring = _ring(planes_of(glance)).astype(np.float32)
    luminance = luminance_of(glance)
    measured = (*ring.mean(axis=1).tolist(), *ring.std(axis=1).tolist(), _detail(luminance), _corners(luminance))
    return Border(*(round(value, 2) for value in measured))


def _widths(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the ring, at least one."""
    return max(1, round(RING_FRAC * height)), max(1, round(RING_FRAC * width))


def _ring(planes: Planes) -> Planes:
    """The pixels of the ring, shape (3, pixels)."""
    height, width = planes.shape[1:]
    rows, columns = _widths(height, width)
    inside = np.zeros((height, width), dtype=bool)
    inside[rows : height - rows, columns : width - columns] = True
    return planes[:, ~inside]


def _detail(luminance: npt.NDArray[np.uint8]) -> float:
    lines = (luminance[0], luminance[-1], luminance[:, 0], luminance[:, -1])
    changes = np.concatenate([np.abs(np.diff(line.astype(np.int16))) for line in lines])
    return float(changes.mean()) if changes.size else 0.0


def _corners(luminance: npt.NDArray[np.uint8]) -> float:
    rows, columns = _widths(*luminance.shape)
    above_and_below = np.concatenate([luminance[:rows], luminance[-rows:]])
    return float(np.concatenate([above_and_below[:, :columns], above_and_below[:, -columns:]]).mean())
