"""The only door to Augmentor: its operations, called one by one, so that a copy depends on nothing but its name.

Augmentor's own pipeline rounds its probabilities (0 fires in 5 % of cases), draws from the process's global
generators and hides why a file failed. Here all of a copy is drawn first, from a generator of its own, and each
operation of Augmentor's is then asked for exactly that.

Rotation and zoom are Pillow's, which Augmentor's call too: RotateRange crops a 20° turn to 40 % of the area and
changes the aspect, RotateStandard leaves black corners, and Zoom resamples what the rotation has just resampled.
One resampling of an image continued by its mirror image at the edges does both, sharper and in less time.
Shearing, distortion, erasing and changes of hue are not used: asymmetry, border and colour are what a diagnosis
is made of.
"""

import io
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from Augmentor import Operations
from PIL import Image

from dermaflow.augment.params import AugmentParams
from dermaflow.core.errors import ImageError
from dermaflow.core.images import RgbImage, decode_rgb
from dermaflow.core.seeds import derived_seed

MAX_SIDE_PX = 512
"""Larger originals are reduced before they are varied: no network here looks at more, and copies stay cheap."""
JPEG_QUALITY = 95


class Original(NamedTuple):
    """One training image and the copies to be made of it."""

    image_id: str
    file: Path
    copies: Sequence[tuple[int, Path]]  # (copy, where it goes)
    params: AugmentParams


class _Draw(NamedTuple):
    """What one copy is to be; the factors are 1 where nothing changes."""

    rotation_deg: float  # counter-clockwise
    zoom_factor: float
    across: float  # where the zoom looks, -1 to 1: of the way from the middle to the edge that it can go
    down: float
    brightness: float
    contrast: float
    colour: float
    mirrored: bool
    flipped: bool
    turned: bool


def write_copies(original: Original) -> int:
    """Write all copies of one image as JPEG without metadata; the image is decoded and continued once.

    They are written in place: the stage empties their folder first and writes the plan that names them last.

    Returns:
        How many copies were written.

    Raises:
        ImageError: the image cannot be read; the message names it.
        OSError: a copy cannot be written.
    """
    try:
        pixels = decode_rgb(original.file.read_bytes())
    except (OSError, ImageError) as error:
        raise ImageError(f"{original.file}: {error}; run the stage validate again") from error
    pixels = reduced(pixels)
    continued = _continued(pixels, original.params.max_rotation_deg)
    for folder in {path.parent for _, path in original.copies}:
        folder.mkdir(parents=True, exist_ok=True)
    with _generators_kept():
        for copy, path in original.copies:
            draw = _drawn(original.params, derived_seed(original.params.seed, original.image_id, copy))
            jpeg = io.BytesIO()
            _varied(continued, pixels.shape, draw).save(jpeg, format="JPEG", quality=JPEG_QUALITY, subsampling=0)
            path.write_bytes(jpeg.getbuffer())
    return len(original.copies)


def reduced(image: RgbImage) -> RgbImage:
    """Reduce an image to at most MAX_SIDE_PX on its longer side, the aspect kept; smaller ones are left alone."""
    picture = Image.fromarray(image)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=3)
    return np.asarray(picture)


def vary(image: RgbImage, params: AugmentParams, seed: int) -> RgbImage:
    """One random variation that leaves the diagnosis what it is; the same for the same seed.

    A rotation, a zoom, changes of brightness, contrast and colour, each up to its limit in `params`; then one of
    the eight mirrorings and quarter turns, each as likely. A limit that is changed leaves the other draws as they are.

    Input shape: (height, width, 3), uint8. Output shape: the same, or width and height exchanged.
    """
    with _generators_kept():
        return np.asarray(_varied(_continued(image, params.max_rotation_deg), image.shape, _drawn(params, seed)))


def _drawn(params: AugmentParams, seed: int) -> _Draw:
    generator = np.random.default_rng(seed)
    rotation, zoom, across, down, brightness, contrast, colour = generator.uniform(-1, 1, 7).tolist()
    mirrored, flipped, turned = (generator.random(3) < 0.5).tolist()  # noqa: PLR2004 - each as likely as not
    return _Draw(
        rotation_deg=rotation * params.max_rotation_deg,
        zoom_factor=1 + (zoom + 1) / 2 * (params.max_zoom_factor - 1),
        across=across * params.max_off_centre_frac,
        down=down * params.max_off_centre_frac,
        brightness=1 + brightness * params.max_brightness_change,
        contrast=1 + contrast * params.max_contrast_change,
        colour=1 + colour * params.max_colour_change,
        mirrored=mirrored,
        flipped=flipped,
        turned=turned,
    )


def _varied(continued: Image.Image, shape: tuple[int, ...], draw: _Draw) -> Image.Image:
    """The window of an image's own shape (height, width, …) onto its continuation, then Augmentor's operations."""
    height, width = shape[:2]
    picture = continued.transform(
        (width, height),
        Image.Transform.AFFINE,
        _seen_through(continued.size, (width, height), draw),
        resample=Image.Resampling.BICUBIC,
    )
    for operation in _operations(draw):
        picture = operation.perform_operation([picture])[0]
    return picture


def _operations(draw: _Draw) -> Iterator[Any]:
    """Augmentor's operations that a draw asks for, each certain to fire and its range a single value."""
    if draw.brightness != 1:
        yield Operations.RandomBrightness(1, draw.brightness, draw.brightness)
    if draw.contrast != 1:
        yield Operations.RandomContrast(1, draw.contrast, draw.contrast)
    if draw.colour != 1:
        yield Operations.RandomColor(1, draw.colour, draw.colour)
    if draw.mirrored:
        yield Operations.Flip(1, "LEFT_RIGHT")
    if draw.flipped:
        yield Operations.Flip(1, "TOP_BOTTOM")
    if draw.turned:
        yield Operations.Rotate(1, 90)


def _seen_through(whole: tuple[int, int], window: tuple[int, int], draw: _Draw) -> tuple[float, ...]:
    """Pillow's six numbers that say where in the continued image a point of the window lies; sizes (width, height).

    However far the zoom looks aside, the window stays where it can also get by rotation alone: `_padding` suffices.
    """
    (across, down), turn = (side / 2 for side in window), np.radians(draw.rotation_deg)
    cos, sin = float(np.cos(turn)) / draw.zoom_factor, float(np.sin(turn)) / draw.zoom_factor
    free = 1 - 1 / draw.zoom_factor
    middle = whole[0] / 2 + draw.across * free * across, whole[1] / 2 + draw.down * free * down
    return (
        *(cos, -sin, middle[0] - cos * across + sin * down),
        *(sin, cos, middle[1] - sin * across - cos * down),
    )


def _continued(image: RgbImage, max_rotation_deg: int) -> Image.Image:
    """An image with its mirror image beyond each edge, so far that no rotation up to the limit shows what is not."""
    height, width = image.shape[:2]
    return Image.fromarray(np.pad(image, _padding(height, width, max_rotation_deg), mode="symmetric"))


def _padding(height: int, width: int, max_rotation_deg: int) -> tuple[tuple[int, int], ...]:
    """How far an image must be continued to either side: for np.pad."""

    def beyond(side: int, other: int) -> int:
        turn = min(np.radians(max_rotation_deg), np.arctan2(other, side))  # there the box is widest
        return int(np.ceil((side * np.cos(turn) + other * np.sin(turn) - side) / 2)) + 2  # 2: the bicubic filter

    down, across = beyond(height, width), beyond(width, height)
    return (down, down), (across, across), (0, 0)


@contextmanager
def _generators_kept() -> Iterator[None]:
    """Put the global generators back: Augmentor draws from them even where its range is a single value."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - Augmentor knows no other
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002 - likewise
