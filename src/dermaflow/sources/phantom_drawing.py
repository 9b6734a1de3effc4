"""Draw one phantom picture: skin, lesion, structures, and the photograph of it."""

import math
from dataclasses import dataclass

import numpy as np

from dermaflow.sources.phantom_camera import Device, Picture, mix, photograph, planes
from dermaflow.sources.phantom_geometry import (
    Field,
    Grid,
    View,
    honeycomb,
    lesion_grid,
    outline,
    picture_grid,
    smooth_step,
    waves,
)
from dermaflow.sources.phantom_layers import dots, scattered, vessels
from dermaflow.sources.phantom_traits import Traits

_PIGMENT = ((0.74, 0.54, 0.41), (0.55, 0.35, 0.24), (0.33, 0.20, 0.14), (0.13, 0.09, 0.09))
_RED, _PURPLE, _BLUE = (0.76, 0.33, 0.31), (0.47, 0.09, 0.16), (0.38, 0.43, 0.55)
_YELLOW, _WHITE = (0.88, 0.74, 0.50), (0.95, 0.90, 0.85)


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion as it lies in one picture."""

    traits: Traits
    size: float  # radius in lesion coordinates
    view: View
    grid: Grid
    inside: Field  # 1 at the centre, 0 on the border, negative outside
    cover: Field  # 1 where lesion, 0 where skin


def draw(traits: Traits, size_px: int, device: Device, lesion_seed: int, view_seed: int) -> Picture:
    """Draw one view of one lesion; the same arguments give the same picture."""
    rng, view_rng = np.random.default_rng(lesion_seed), np.random.default_rng(view_seed)
    size, tone = rng.uniform(0.36, 0.72), rng.uniform(0, 1)
    view = _view(rng, view_rng)
    grid = lesion_grid(size_px, view)
    inside = outline(grid, size, traits, rng)
    cover = smooth_step(inside, -0.02 - 0.3 * traits.softness, 0.04 + 0.25 * traits.softness)
    lesion = Lesion(traits, size, view, grid, inside, cover)
    picture = mix(_skin(size_px, tone, view_rng), _pigment(lesion, rng), cover * (0.72 + 0.25 * traits.darkness))
    picture = _structures(picture, lesion, rng)
    return photograph(picture, device, view_rng)


def _view(lesion: np.random.Generator, view: np.random.Generator) -> View:
    angle = lesion.uniform(0, 2 * math.pi) + view.normal(0, 0.3)
    shift_x, shift_y = (lesion.uniform(-0.22, 0.22, 2) + view.normal(0, 0.07, 2)).tolist()
    return View(angle, view.uniform(0.85, 1.15), (shift_x, shift_y))


def _skin(size_px: int, tone: float, rng: np.random.Generator) -> Picture:
    light, tan = planes((0.93, 0.77, 0.70)), planes((0.80, 0.60, 0.49))
    x, y = picture_grid(size_px)
    shade = 0.035 * waves(x, y, 0.8, rng) + 0.012 * waves(x, y, 0.07, rng)
    light_x, light_y = rng.normal(0, 0.05, 2).tolist()
    shade += light_x * x + light_y * y
    skin: Picture = (light + tone * (tan - light)) * (1 + shade)
    skin[1] -= 0.02 * waves(x, y, 0.4, rng, 4)  # less green: blushed
    return skin


def _pigment(lesion: Lesion, rng: np.random.Generator) -> Picture:
    """The colour of the lesion itself: brown of some depth, with red, yellow and blue in patches."""
    traits, grid, heading = lesion.traits, lesion.grid, rng.uniform(0, 2 * math.pi)
    slope = grid.u * math.cos(heading) + grid.v * math.sin(heading)
    depth = (
        traits.darkness
        + 0.26 * traits.variegation * waves(grid.u, grid.v, 0.22, rng)
        + 0.7 * traits.asymmetry * slope
        + 0.25 * rng.uniform(-0.3, 1) * (lesion.inside.clip(0, 1) - 0.4)
    )
    steps = np.linspace(0, 1, len(_PIGMENT))
    channels = [np.interp(depth, steps, channel) for channel in np.transpose(_PIGMENT)]
    mixed: Picture = np.stack(channels).astype(np.float32)
    for tint, strength in ((_RED, traits.redness), (_YELLOW, traits.yellowness), (_BLUE, traits.blueness)):
        patches = smooth_step(waves(grid.u, grid.v, 0.3, rng) + (3 * strength - 1.5), -0.8, 1.0)
        mixed = mix(mixed, tint, patches * (0.85 * min(1.0, 1.3 * strength)))
    return mixed


def _structures(picture: Picture, lesion: Lesion, rng: np.random.Generator) -> Picture:
    """Network, flakes, a white centre, and single marks."""
    traits, grid, cover = lesion.traits, lesion.grid, lesion.cover
    if _shown(traits.network):
        mesh = honeycomb(grid, rng.uniform(0.10, 0.15), rng) * smooth_step(-lesion.inside, -0.9, -0.1)
        picture = picture * (1 - 0.5 * traits.network * mesh * cover)
    if _shown(traits.scale):
        flakes = smooth_step(waves(grid.u, grid.v, 0.07, rng), 1.9 - 1.6 * traits.scale, 2.6 - 1.6 * traits.scale)
        picture = mix(picture, _WHITE, flakes * cover * (0.75 * traits.scale))
    if _shown(traits.scar):
        picture = mix(picture, _WHITE, smooth_step(lesion.inside, 0.35, 0.8) * cover * (0.7 * traits.scar))
    return _marks(picture, lesion, rng)


def _marks(picture: Picture, lesion: Lesion, rng: np.random.Generator) -> Picture:
    """Clods, dots, openings and vessels."""
    traits, cover = lesion.traits, lesion.cover
    for colour, strength, most, least, widest in (
        (_PURPLE, traits.lacunae, 34, 0.06, 0.16),
        (_PIGMENT[3], traits.globules, 40, 0.02, 0.05),
        (_PIGMENT[2], 0.6 * traits.milia, 16, 0.03, 0.07),
        (_WHITE, traits.milia, 34, 0.02, 0.06),
    ):
        count = round(most * _shown(strength))
        if count:
            radii = lesion.view.zoom * lesion.size * rng.uniform(least, widest, count)
            places = scattered(count, lesion.size, lesion.view, rng)
            picture = mix(picture, colour, dots(len(cover), places, radii) * cover * 0.75)
    count = round(14 * _shown(traits.vessels))
    if not count:
        return picture
    return mix(picture, _RED, vessels(len(cover), count, lesion.size, lesion.view, rng) * cover * 0.8)


def _shown(strength: float) -> float:
    """A sign that is only just there is not seen."""
    return max(0.0, strength - 0.15) / 0.85
