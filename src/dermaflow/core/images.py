"""The one way in which an image file becomes an array: training, evaluation and serving all use it."""

import io
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from dermaflow.core.errors import ImageError

RgbImage = npt.NDArray[np.uint8]
"""An image as uint8 in 0..255, shape (height, width, 3)."""

MAX_PIXELS = 178_000_000
"""Larger images are refused before they are decoded: a small file may unpack to gigabytes. Pillow's limit is near."""


TOO_MANY_PIXELS = "too many pixels"
"""How the message of such a refusal begins."""


def open_image(data: bytes) -> Image.Image:
    """Decode the first frame of an image file completely, turned upright as its EXIF says, in its own mode.

    Raises:
        ImageError: empty, not an image, truncated, or over MAX_PIXELS; the message says which.
    """
    if not data:
        raise ImageError("empty file (0 bytes)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise ImageError(f"{TOO_MANY_PIXELS}: expected at most {MAX_PIXELS:,}") from error
    except Exception as error:  # Pillow's parsers raise whatever malformed bytes lead them to
        raise ImageError("not an image: no decoder knows these bytes") from error
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(f"{TOO_MANY_PIXELS}: expected at most {MAX_PIXELS:,}, received {image.width}×{image.height}")
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:  # likewise
        raise ImageError(f"cannot be decoded: {error}") from error


def decode_rgb(data: bytes) -> RgbImage:
    """Decode an image file to RGB, uint8, shape (height, width, 3); transparency is dropped.

    Raises:
        ImageError: as for `open_image`.
    """
    image = open_image(data)
    try:
        return np.asarray(image.convert("RGB"))
    except ValueError as error:
        raise ImageError(f"a {image.mode} image cannot be turned into RGB") from error


def resized(image: RgbImage, size_px: int) -> RgbImage:
    """Resize to a square of `size_px`, the aspect not kept, with Pillow's antialiased bilinear filter.

    Input shape: (height, width, 3), uint8. Output shape: (size_px, size_px, 3), uint8.
    """
    if image.shape[:2] == (size_px, size_px):
        return image
    return np.asarray(Image.fromarray(image).resize((size_px, size_px), Image.Resampling.BILINEAR))


def load_rgb(path: Path, size_px: int) -> RgbImage:
    """Read, decode and resize one file: uint8, shape (size_px, size_px, 3).

    Raises:
        ImageError: the file cannot be read or decoded; the message names it.
    """
    try:
        return resized(decode_rgb(path.read_bytes()), size_px)
    except (OSError, ImageError) as error:
        raise ImageError(f"{path}: {error}") from error
