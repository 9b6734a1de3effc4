"""What lies between a phantom lesion and its file: hairs, a ruler, the device of a source, the JPEG."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from dermaflow.sources.offers import MARKER
from dermaflow.sources.phantom_geometry import Field, picture_grid, smooth_step
from dermaflow.sources.phantom_layers import hairs, ruler

Picture = npt.NDArray[np.floating]
"""RGB in 0..1, float32, shape (3, size_px, size_px): planes, because NumPy is several times faster over them."""

HAIR = (0.17, 0.12, 0.10)
_HAIRY_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Device:
    """How the pictures of one source differ from those of another."""

    cast: tuple[float, float, float]  # factor of each colour channel
    contrast: float
    vignette: float  # darkening of the corners, 0 to 1
    sharpness: float  # picture elements kept: 1 all, 0.5 half of them in each direction
    noise: float
    ruler_share: float
    quality: int  # of the JPEG


DEVICES = {
    "phantom-a": Device((1.0, 1.0, 1.0), 1.0, 0.25, 1.0, 0.012, 0.12, 92),
    "phantom-b": Device((1.03, 0.93, 0.98), 0.88, 0.85, 0.6, 0.022, 0.3, 85),
}


def photograph(picture: Picture, device: Device, rng: np.random.Generator) -> Picture:
    """Hairs, ruler, colour, blur, vignette and noise, as the device has them."""
    size_px = picture.shape[-1]
    if rng.uniform() < _HAIRY_SHARE:
        picture = mix(picture, HAIR, hairs(size_px, int(rng.integers(1, 12)), rng) * 0.8)
    if rng.uniform() < device.ruler_share:
        picture = mix(picture, HAIR, ruler(size_px, rng) * 0.9)
    picture = (picture - 0.5) * device.contrast + 0.5
    picture = picture * planes(device.cast) * rng.normal(1, 0.05)
    if device.sharpness < 1:
        picture = _blurred(picture.clip(0, 1), round(size_px * device.sharpness))
    x, y = picture_grid(size_px)
    edge = smooth_step(np.hypot(x, y), 0.85, 1.45) * device.vignette
    picture = picture * (1 - edge)
    return (picture + device.noise * rng.standard_normal(picture.shape, np.float32)).clip(0, 1)


def _blurred(picture: Picture, kept_px: int) -> Picture:
    size_px = picture.shape[-1]
    small = _image(picture).resize((kept_px, kept_px), Image.Resampling.BILINEAR)
    whole = np.asarray(small.resize((size_px, size_px), Image.Resampling.BICUBIC), np.float32)
    return np.ascontiguousarray(whole.transpose(2, 0, 1)) / 255


def encode(picture: Picture, quality: int, size_px: int | None = None) -> bytes:
    """A JPEG file that says what it is; with `size_px`, resized first."""
    image = _image(picture)
    if size_px:
        image = image.resize((size_px, size_px), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, comment=MARKER)
    return file.getvalue()


def mix(picture: Picture, colour: Picture | tuple[float, float, float], share: Field) -> Picture:
    """Blend a colour, or another picture, into a picture: where `share` is 1 it replaces it."""
    target = colour if isinstance(colour, np.ndarray) else planes(colour)
    mixed: Picture = target - picture
    mixed *= share
    mixed += picture
    return mixed


def planes(colour: tuple[float, float, float]) -> Picture:
    """One colour as a picture of one pixel."""
    return np.array(colour, np.float32).reshape(3, 1, 1)


def _image(picture: Picture) -> Image.Image:
    levels = (picture * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(levels.transpose(1, 2, 0)))
