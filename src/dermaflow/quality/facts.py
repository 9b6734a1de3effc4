"""What can be measured on each image file: size, mode, brightness, hashes, and whether it decodes at all."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import imagehash
import numpy as np
import pandas as pd
from PIL import Image, ImageChops, ImageStat

from dermaflow.core.errors import ImageError
from dermaflow.core.files import sha256_hex
from dermaflow.core.images import open_image
from dermaflow.core.parallel import parallel_map

FACTS_COLUMNS = (
    "image_id",
    "size_bytes",  # blank: there is no such file
    "format",  # Pillow's name of the file format; blank: no decoder knows these bytes
    "width",  # px, turned upright as the EXIF entry says
    "height",
    "mode",  # Pillow's name of the pixel format: RGB, L, CMYK, P, …
    "frames",
    "brightness",  # mean of the luminance, 0..255
    "contrast",  # standard deviation of the luminance, 0..127.5
    "colour",  # mean over pixels of the largest less the smallest of red, green and blue, 0..255
    "sha256",
    "perceptual_hash",  # 64-bit difference hash, 16 hexadecimal digits
    "error",  # why the image cannot be decoded; blank if it can
)
THUMBNAIL_SIDE_PX = 32
_WHOLE_NUMBERS = ["size_bytes", "width", "height", "frames"]


@dataclass(frozen=True)
class ImageFacts:
    """One row of the table of facts; the columns are explained at FACTS_COLUMNS."""

    image_id: str
    size_bytes: int | None = None
    format: str = ""
    width: int | None = None
    height: int | None = None
    mode: str = ""
    frames: int | None = None
    brightness: float | None = None
    contrast: float | None = None
    colour: float | None = None
    sha256: str = ""
    perceptual_hash: str = ""
    error: str = ""
    thumbnail: bytes = b""  # luminance at 32×32 px, row by row; kept in memory, not in the file


def measure_images(images: Sequence[tuple[str, Path]]) -> pd.DataFrame:
    """Measure every image, given as (image_id, file); a row each, in the order given.

    Returns:
        A table with FACTS_COLUMNS and `thumbnail`; numbers are missing where nothing could be measured.
    """
    facts = parallel_map(_measure_file, images, "images examined")
    columns = [*FACTS_COLUMNS, "thumbnail"]
    table = pd.DataFrame([asdict(fact) for fact in facts], columns=columns)
    reals = dict.fromkeys(["brightness", "contrast", "colour"], "float64")
    return table.astype(dict.fromkeys(_WHOLE_NUMBERS, "Int64") | reals)


def measure(image_id: str, data: bytes) -> ImageFacts:
    """Measure one image from the bytes of its file; whatever is wrong with them is told in `error`."""
    facts = ImageFacts(image_id, size_bytes=len(data), sha256=sha256_hex(data), format=_format_if_any(data))
    try:
        image = open_image(data)
        facts = replace(facts, frames=_frames(data))
    except ImageError as error:
        return replace(facts, error=str(error))
    facts = replace(facts, width=image.width, height=image.height, mode=image.mode)
    try:
        return _with_pixels(facts, image)
    except ValueError as error:  # Pillow knows no way from this mode to RGB
        return replace(facts, error=str(error))


def _measure_file(image: tuple[str, Path]) -> ImageFacts:
    image_id, file = image
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return ImageFacts(image_id, error=f"missing: {file} does not exist")
    return measure(image_id, data)


def _header(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data))


def _format_if_any(data: bytes) -> str:
    try:
        return str(_header(data).format)
    except Exception:  # noqa: BLE001 - Pillow's parsers raise whatever bytes lead them to; open_image tells what is wrong
        return ""


def _frames(data: bytes) -> int:
    """The number of frames.

    Raises:
        ImageError: they cannot be counted, as in a truncated animation.
    """
    try:
        return int(getattr(_header(data), "n_frames", 1))
    except Exception as error:  # likewise
        raise ImageError(f"its frames cannot be counted: {error}") from error


def _with_pixels(facts: ImageFacts, image: Image.Image) -> ImageFacts:
    grey = image.convert("L")
    luminance = ImageStat.Stat(grey)
    thumbnail = grey.resize((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.BOX)
    return replace(
        facts,
        brightness=round(luminance.mean[0], 2),
        contrast=round(luminance.stddev[0], 2),
        colour=round(colour_of(image), 2),
        perceptual_hash=str(imagehash.dhash(grey)),
        thumbnail=np.asarray(thumbnail).tobytes(),
    )


def colour_of(image: Image.Image) -> float:
    """The mean over pixels of the largest less the smallest of red, green and blue, 0..255."""
    red, green, blue = image.convert("RGB").split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    smallest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return float(ImageStat.Stat(ImageChops.subtract(largest, smallest)).mean[0])
