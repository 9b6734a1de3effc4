"""How a picture looks as a whole: light, sharpness and colours, measured on a reduction of fixed size.

The reduction makes a photograph of 24 megapixels and its thumbnail of 180 px comparable: what is measured is
what a classifier gets to see. Its aspect is not kept, so that squeezed copies measure alike too.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

GLANCE_SIDE_PX = 128
LIT = 32
"""Luminance from which a pixel counts as lit: below it is the tube of the dermatoscope, or hair."""
DARK = 64
WHITE = 250

_SHADES = np.arange(256)
_SHARPEST_FRAC = 0.01
_CLEARLY = 5  # of 255, that one channel is above the others

Planes = npt.NDArray[np.uint8]
"""Red, green and blue of a picture, 0..255, shape (3, height, width)."""
Luminance = npt.NDArray[np.uint8]
"""Its luminance (ITU-R BT.601, as JPEG has it), shape (height, width)."""


@dataclass(frozen=True)
class Appearance:
    """What is measured of a glance. Shares are 0..1; levels are 0..255."""

    brightness: float  # mean of the luminance
    contrast: float  # standard deviation of the luminance, 0..127.5
    colour: float  # mean over pixels of the largest less the smallest of red, green and blue
    sharpness: float  # the Laplacian of the luminance that the sharpest hundredth of pixels exceeds, 0..1020
    white_frac: float  # share of pixels of luminance WHITE or more
    dark_frac: float  # share of pixels below DARK
    shade_frac: float  # share of the lit pixels that the most frequent of 256 shades has
    smoothness: float  # correlation of the luminance with that of the next pixel, -1..1; 1 where there is one shade
    colour_spread: float  # standard deviation of the opponent colours of lit pixels, 0..255
    green_frac: float  # share of the lit pixels in which green is clearly above red and blue


def glance_of(image: Image.Image) -> Image.Image:
    """The picture in RGB at 128×128 px, each pixel the mean of its area; a side that is shorter stays as it is.

    Raises:
        ValueError: Pillow knows no way from its mode to RGB.
    """
    size = min(image.width, GLANCE_SIDE_PX), min(image.height, GLANCE_SIDE_PX)
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return rgb.resize(size, Image.Resampling.BOX)


def appearance_of(glance: Image.Image) -> Appearance:
    """Measure a picture as made by `glance_of`."""
    luminance = luminance_of(glance)
    histogram = np.bincount(luminance.ravel(), minlength=256) / luminance.size
    brightness = float(histogram @ _SHADES)
    planes = planes_of(glance)
    spread, green = _colours(planes, luminance)
    lit_frac = histogram[LIT:].sum()
    return Appearance(
        brightness=round(brightness, 2),
        contrast=round(float(np.sqrt(histogram @ (_SHADES - brightness) ** 2)), 2),
        colour=round(_colour(*planes), 2),
        sharpness=sharpness_of(luminance),
        white_frac=round(float(histogram[WHITE:].sum()), 4),
        dark_frac=round(float(histogram[:DARK].sum()), 4),
        shade_frac=round(float(histogram[LIT:].max() / lit_frac), 4) if lit_frac else 1.0,
        smoothness=round(_smoothness(luminance), 4),
        colour_spread=round(spread, 2),
        green_frac=round(green, 4),
    )


def planes_of(glance: Image.Image) -> Planes:
    """The three colours of a picture, apart: numpy is several times faster on them than on interleaved pixels."""
    return np.stack([np.asarray(plane) for plane in glance.split()])


def luminance_of(glance: Image.Image) -> Luminance:
    """The luminance of a picture, 0..255, shape (height, width)."""
    return np.asarray(glance.convert("L"))


def sharpness_of(luminance: Luminance) -> float:
    """How abruptly luminance changes where it does so most: the 99th percentile of the Laplacian's magnitude.

    The mean would ask how much structure there is; an image in focus may have little, but it has some edge.
    """
    shades = luminance.astype(np.int16)
    inner = shades[1:-1, 1:-1]
    if not inner.size:
        return 0.0
    laplacian = np.abs(4 * inner - shades[:-2, 1:-1] - shades[2:, 1:-1] - shades[1:-1, :-2] - shades[1:-1, 2:])
    at_most = np.cumsum(np.bincount(laplacian.ravel()))  # a few hundred steps are counted faster than pixels are sorted
    return float(np.searchsorted(at_most, inner.size - int(_SHARPEST_FRAC * inner.size)))


def _smoothness(luminance: Luminance) -> float:
    shades = luminance.astype(np.float32) - luminance.mean(dtype=np.float32)
    here, there = shades[:, :-1].ravel(), shades[:, 1:].ravel()
    norm = math.sqrt(float(here @ here) * float(there @ there))
    return float(here @ there) / norm if norm > 0 else 1.0


def _colour(red: Luminance, green: Luminance, blue: Luminance) -> float:
    largest, smallest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    return float((largest - smallest).mean(dtype=np.float32))


def _colours(planes: Planes, luminance: Luminance) -> tuple[float, float]:
    """colour_spread and green_frac; none without lit pixels.

    The opponent colours are red - green and (red + green) / 2 - blue, as in D. Hasler and S. Süsstrunk, Measuring
    colourfulness in natural images, 2003; their standard deviations are added as the sides of a right angle.
    """
    lit = luminance >= LIT
    red, green, blue = (plane[lit].astype(np.int16) for plane in planes)
    if not red.size:
        return 0.0, 0.0
    spread = np.hypot((red - green).std(dtype=np.float32), (red + green - 2 * blue).std(dtype=np.float32) / 2)
    return float(spread), float((green - np.maximum(red, blue) > _CLEARLY).mean())
