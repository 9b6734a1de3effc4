"""The only door to Augmentor: its operations, called one by one, so that a copy depends on nothing but its name.

Augmentor's own pipeline rounds its probabilities (0 fires in 5 % of cases), draws from the process's global
generators and hides why a file failed. Here each operation is asked for directly, with a probability test of
ours and the global generators seeded for one copy and then put back. Of its rotations, RotateRange crops a 20°
turn to 40 % of the area and changes the aspect: RotateStandard on an image continued by its mirror image at
the edges does neither. Shearing, distortion, erasing and changes of hue are not used: asymmetry, border and
colour are what a diagnosis is made of.
"""

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
from dermaflow.core.files import replacing
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


def write_copies(original: Original) -> int:
    """Write all copies of one image as JPEG without metadata; the image is decoded once.

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
    for copy, path in original.copies:
        varied = vary(pixels, original.params, derived_seed(original.params.seed, original.image_id, copy))
        with replacing(path) as temporary:
            Image.fromarray(varied).save(temporary, format="JPEG", quality=JPEG_QUALITY, subsampling=0)
    return len(original.copies)


def reduced(image: RgbImage) -> RgbImage:
    """Reduce an image to at most MAX_SIDE_PX on its longer side, the aspect kept; smaller ones are left alone."""
    picture = Image.fromarray(image)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=3)
    return np.asarray(picture)


def vary(image: RgbImage, params: AugmentParams, seed: int) -> RgbImage:
    """One random variation that leaves the diagnosis what it is; the same for the same seed.

    One of the eight mirrorings and quarter turns, each as likely; then a rotation, a zoom into the middle and
    a change of brightness, each up to its limit in `params`.

    Input shape: (height, width, 3), uint8. Output shape: the same, or width and height exchanged.
    """
    height, width = image.shape[:2]
    picture = Image.fromarray(np.pad(image, _padding(height, width, params.max_rotation_deg), mode="symmetric"))
    middle = _middle_box(picture.size, (width, height))
    with _seeded(seed):
        picture = Operations.RotateStandard(
            1, params.max_rotation_deg, params.max_rotation_deg
        ).perform_operation([picture])[0].crop(middle)  # fmt: skip
        for operation in _operations(params):
            if random.random() < operation.probability:  # noqa: S311 - Augmentor's own generator, seeded here
                picture = operation.perform_operation([picture])[0]
    return np.asarray(picture)


def _operations(params: AugmentParams) -> tuple[Any, ...]:
    darkest, brightest = 1 - params.max_brightness_change, 1 + params.max_brightness_change
    return (
        Operations.Zoom(1, 1, params.max_zoom_factor),
        Operations.RandomBrightness(1, darkest, brightest),
        Operations.Flip(0.5, "LEFT_RIGHT"),
        Operations.Flip(0.5, "TOP_BOTTOM"),
        Operations.Rotate(0.5, 90),
    )


def _padding(height: int, width: int, max_rotation_deg: int) -> tuple[tuple[int, int], ...]:
    """How far an image must be continued so that no rotation up to the limit shows what lies beyond: for np.pad."""

    def beyond(side: int, other: int) -> int:
        turn = min(np.radians(max_rotation_deg), np.arctan2(other, side))  # there the box is widest
        return int(np.ceil((side * np.cos(turn) + other * np.sin(turn) - side) / 2)) + 2  # 2: the bicubic filter

    down, across = beyond(height, width), beyond(width, height)
    return (down, down), (across, across), (0, 0)


def _middle_box(whole: tuple[int, int], part: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top = (whole[0] - part[0]) // 2, (whole[1] - part[1]) // 2
    return left, top, left + part[0], top + part[1]


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the global generators that Augmentor draws from; afterwards put them back as they were."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - Augmentor knows no other
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - likewise
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002 - likewise
