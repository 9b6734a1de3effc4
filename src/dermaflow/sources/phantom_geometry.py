"""Where a phantom lesion lies in a picture, and the smooth random fields that vary over it.

Picture coordinates run from -1 to 1 over the width and the height; lesion coordinates turn, shift and scale with
the view, so that two views of a lesion show the same lesion.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from dermaflow.sources.phantom_traits import Traits

Field = npt.NDArray[np.floating]
"""One number a pixel, float32, shape (size_px, size_px)."""


@dataclass(frozen=True, slots=True)
class View:
    """How a lesion is seen."""

    angle: float  # radians
    zoom: float
    shift: tuple[float, float]

    def to_picture(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """From lesion to picture coordinates; shape (n, 2) both."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = np.stack([points[:, 0] * cos - points[:, 1] * sin, points[:, 0] * sin + points[:, 1] * cos], axis=1)
        seen: npt.NDArray[np.float64] = turned * self.zoom + np.array(self.shift)
        return seen


@dataclass(frozen=True, slots=True)
class Grid:
    """The lesion coordinates of every pixel, cartesian and polar."""

    u: Field
    v: Field
    radius: Field
    angle: Field


def picture_grid(size_px: int) -> tuple[Field, Field]:
    """The picture coordinates x and y of every pixel."""
    axis = np.linspace(-1, 1, size_px, dtype=np.float32)
    return np.tile(axis, (size_px, 1)), np.repeat(axis, size_px).reshape(size_px, size_px)


def lesion_grid(size_px: int, view: View) -> Grid:
    """The lesion coordinates of every pixel of a view."""
    x, y = picture_grid(size_px)
    x, y = (x - view.shift[0]) / view.zoom, (y - view.shift[1]) / view.zoom
    cos, sin = math.cos(view.angle), math.sin(view.angle)
    u, v = x * cos + y * sin, y * cos - x * sin
    return Grid(u, v, np.hypot(u, v), np.arctan2(v, u))


def waves(u: Field, v: Field, scale: float, rng: np.random.Generator, terms: int = 6) -> Field:
    """A smooth random field of mean 0 and standard deviation about 1; `scale` is the size of its patches."""
    directions, phases = rng.uniform(0, 2 * math.pi, (2, terms))
    lengths = rng.uniform(1.2, 3.2, terms) / scale
    step = max(1, min(8, int(scale * len(u) / 6)))  # a smooth field is worked out on few points and enlarged
    coarse_u, coarse_v = u[step // 2 :: step, step // 2 :: step], v[step // 2 :: step, step // 2 :: step]
    total = np.zeros_like(coarse_u)
    for direction, phase, length in zip(directions.tolist(), phases.tolist(), lengths.tolist(), strict=True):
        total += np.cos(length * math.cos(direction) * coarse_u + length * math.sin(direction) * coarse_v + phase)
    total *= math.sqrt(2 / terms)
    return total if step == 1 else np.asarray(Image.fromarray(total).resize(u.shape, Image.Resampling.BICUBIC))


def outline(grid: Grid, size: float, traits: Traits, rng: np.random.Generator) -> Field:
    """How far each pixel lies inside the lesion's border: 1 at the centre, 0 on the border, negative outside."""
    factor = np.ones_like(grid.radius)
    lopsided = [0.28 * traits.asymmetry, 0.10 + 0.12 * traits.asymmetry]
    for order, most in enumerate([*lopsided, *(0.3 * traits.irregularity / order for order in range(3, 9))], 1):
        factor += most * rng.uniform(0.5, 1.2) * np.cos(order * grid.angle + rng.uniform(0, 2 * math.pi))
    rays = np.cos(int(rng.integers(16, 26)) * grid.angle + 2 * np.sin(3 * grid.angle)).clip(0) ** 2
    gate = (np.cos(grid.angle - rng.uniform(0, 2 * math.pi)) + 0.6).clip(0, 1)
    factor += 0.2 * traits.streaks * rays * gate
    return 1 - grid.radius / (size * factor.clip(0.3))


def smooth_step(values: Field, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, smooth between."""
    share = ((values - low) / (high - low)).clip(0, 1)
    smooth: Field = share * share * (3 - 2 * share)
    return smooth


def honeycomb(grid: Grid, mesh: float, rng: np.random.Generator) -> Field:
    """The lines of a pigment network, 0 to 1; `mesh` is the width of a hole."""
    bend_u = grid.u + 0.25 * mesh * waves(grid.u, grid.v, 0.25, rng, 4)
    bend_v = grid.v + 0.25 * mesh * waves(grid.u, grid.v, 0.25, rng, 4)
    total = np.zeros_like(grid.u)
    for turn in (0, math.pi / 3, 2 * math.pi / 3):
        total += np.cos((bend_u * math.cos(turn) + bend_v * math.sin(turn)) * (2 * math.pi / mesh))
    return smooth_step(-total, -0.6, 1.2)
