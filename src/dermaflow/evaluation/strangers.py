"""Out-of-distribution pictures that any machine can make; they show no lesion: a model ought to call them unfamiliar.

Noise, flat colours, gradients, patterns, lines of text, and crops of the two photographs that scikit-learn brings.
They measure whether the model knows that it does not know; nothing may be fitted or chosen on them, and nothing was
but one rule: where a network without residual blocks is looked at, after white noise went unnoticed (docs/log.md).
Everywhere: an image is uint8 in 0..255, shape (size, size, 3), and depends on the seed, its kind and its number alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_sample_images

from dermaflow.core.images import RgbImage, resized
from dermaflow.core.seeds import generator

Rng = np.random.Generator


class Strangers(NamedTuple):
    """Pictures without lesions, row by row."""

    images: npt.NDArray[np.uint8]  # (n, size, size, 3)
    kinds: tuple[str, ...]  # (n,) one of KINDS
    groups: tuple[str, ...]  # (n,) crops of one photograph are one group: they are no independent evidence


def draw_strangers(size_px: int, n_per_kind: int, seed: int) -> Strangers:
    """Draw `n_per_kind` pictures of each of KINDS, kind by kind; more of them begin with the same ones.

    Raises:
        ValueError: size_px is below 8, where a pattern is no pattern, or n_per_kind is below 1.
    """
    if size_px < _MIN_SIZE_PX or n_per_kind < 1:
        raise ValueError(
            f"expected size_px of at least {_MIN_SIZE_PX} and n_per_kind of at least 1, "
            f"received {size_px} and {n_per_kind}"
        )
    rows = [(kind, number) for kind in KINDS for number in range(n_per_kind)]
    photographs: tuple[RgbImage, ...] = tuple(load_sample_images().images)
    images = [
        _crop(photographs[number % len(photographs)], size_px, generator(PHOTOGRAPH, seed, number))
        if kind == PHOTOGRAPH
        else _DRAWN[kind](size_px, generator(kind, seed, number))
        for kind, number in rows
    ]
    groups = [f"{kind} {number % len(photographs) if kind == PHOTOGRAPH else number}" for kind, number in rows]
    return Strangers(np.stack(images), tuple(kind for kind, _ in rows), tuple(groups))


def _white_noise(size: int, rng: Rng) -> RgbImage:
    return rng.integers(0, 256, (size, size, 3), dtype=np.uint8)


def _smooth_noise(size: int, rng: Rng) -> RgbImage:
    """Clouds of 1/64 to 1/8 of the side, each channel for itself, stretched to 0..255."""
    sigma = size * rng.uniform(1 / 64, 1 / 8)
    clouds = gaussian_filter(rng.normal(size=(size, size, 3)), (sigma, sigma, 0), mode="wrap")
    low, high = clouds.min(axis=(0, 1)), clouds.max(axis=(0, 1))
    return _uint8((clouds - low) / (high - low) * 255)


def _channel_noise(size: int, rng: Rng) -> RgbImage:
    """Gaussian noise with a mean and a spread of its own in each channel: a failing sensor."""
    mean, spread = rng.uniform(40, 215, 3), rng.uniform(5, 60, 3)
    return _uint8(rng.normal(mean, spread, (size, size, 3)))


def _flat_colour(size: int, rng: Rng) -> RgbImage:
    return np.broadcast_to(_colour(rng).astype(np.uint8), (size, size, 3)).copy()


def _gradient(size: int, rng: Rng) -> RgbImage:
    """From one colour to another in a random direction."""
    return _blend(_ramp(size, rng, size), *_colours(rng))


def _checkerboard(size: int, rng: Rng) -> RgbImage:
    """Two colours in squares of 1/16 to 1/4 of the side, shifted at random."""
    side = max(1, round(size * rng.uniform(1 / 16, 1 / 4)))
    rows, columns = np.indices((size, size)) + rng.integers(0, side, (2, 1, 1))
    return _blend(((rows // side + columns // side) % 2).astype(float), *_colours(rng))


def _stripes(size: int, rng: Rng) -> RgbImage:
    """Two colours in stripes of 1/32 to 1/6 of the side, in a random direction."""
    width = size * rng.uniform(1 / 32, 1 / 6)
    return _blend(np.floor(_ramp(size, rng, width)) % 2, *_colours(rng))


def _text(size: int, rng: Rng) -> RgbImage:
    """Dark letters in lines on a pale ground: a page that was scanned into the wrong folder."""
    height = max(6, round(size * rng.uniform(1 / 24, 1 / 10)))
    page = Image.new("RGB", (size, size), tuple(int(value) for value in rng.integers(200, 256, 3)))
    ink = tuple(int(value) for value in rng.integers(0, 90, 3))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(height)
    for top in range(0, size, round(height * 1.3)):
        words = ("".join(rng.choice(list(_LETTERS), rng.integers(2, 10))) for _ in range(2 + 2 * size // height))
        pen.text((height / 2, top), " ".join(words), fill=ink, font=font)
    return np.asarray(page)


def _crop(photograph: RgbImage, size: int, rng: Rng) -> RgbImage:
    """A square of 1/4 to all of the photograph's height, anywhere in it, as often mirrored as not."""
    height, width = photograph.shape[:2]
    side = int(height * rng.uniform(1 / 4, 1))
    top, left = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
    square = photograph[top : top + side, left : left + side][:, :: rng.choice([-1, 1])]
    return resized(np.ascontiguousarray(square), size)


def _colour(rng: Rng) -> npt.NDArray[np.int64]:
    return rng.integers(0, 256, 3)


def _colours(rng: Rng) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Two colours that a person can tell apart: 128 or more apart in red, green and blue together."""
    first, second = _colour(rng), _colour(rng)
    while np.abs(first - second).sum() < _TOLD_APART:
        second = _colour(rng)
    return first, second


def _ramp(size: int, rng: Rng, unit: float) -> npt.NDArray[np.float64]:
    """How far each pixel lies along a random direction, from 0 on, in units of `unit` pixels; shape (size, size)."""
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.indices((size, size))
    along = rows * np.sin(angle) + columns * np.cos(angle)
    ramp: npt.NDArray[np.float64] = (along - along.min()) / unit
    return ramp


def _blend(share: npt.NDArray[np.float64], first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> RgbImage:
    """`first` where the share, (size, size), is 0, `second` where it is the largest, their mixture between."""
    weight = (share / max(float(share.max()), 1e-9))[..., np.newaxis]
    return _uint8(first + weight * (second - first).astype(float))


def _uint8(values: npt.NDArray[np.float64]) -> RgbImage:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


PHOTOGRAPH = "photograph"
_DRAWN: dict[str, Callable[[int, Rng], RgbImage]] = {
    "white noise": _white_noise,
    "smooth noise": _smooth_noise,
    "noise by channel": _channel_noise,
    "flat colour": _flat_colour,
    "gradient": _gradient,
    "checkerboard": _checkerboard,
    "stripes": _stripes,
    "text": _text,
}
KINDS = (*_DRAWN, PHOTOGRAPH)
"""In the order in which they are drawn and reported."""

_MIN_SIZE_PX = 8
_TOLD_APART = 128
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,.-"
