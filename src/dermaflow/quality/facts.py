"""What can be measured on each image file: size, mode, light, colours, hashes, and whether it decodes at all."""

import hashlib
import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from dermaflow.core.errors import ImageError
from dermaflow.core.files import sha256_hex
from dermaflow.core.images import open_image
from dermaflow.core.parallel import parallel_map
from dermaflow.quality.appearance import appearance_of, glance_of
from dermaflow.quality.border import border_of
from dermaflow.quality.perceptual import thumbnail_of
from dermaflow.quality.quantisation import quantisation_of


@dataclass(frozen=True)
class ImageFacts:
    """One row of the table of facts. Numbers are missing and texts blank where nothing could be measured."""

    image_id: str
    size_bytes: int | None = None  # missing: there is no such file
    format: str = ""  # Pillow's name of the file format; blank: no decoder knows these bytes
    width: int | None = None  # px, turned upright as the EXIF entry says
    height: int | None = None
    mode: str = ""  # Pillow's name of the pixel format: RGB, L, CMYK, P, …
    frames: int | None = None
    brightness: float | None = None  # this and the next nine: see appearance.Appearance
    contrast: float | None = None
    colour: float | None = None
    sharpness: float | None = None
    white_frac: float | None = None
    dark_frac: float | None = None
    shade_frac: float | None = None
    smoothness: float | None = None
    colour_spread: float | None = None
    green_frac: float | None = None
    border_red: float | None = None  # this and the next seven: see border.Border
    border_green: float | None = None
    border_blue: float | None = None
    border_red_spread: float | None = None
    border_green_spread: float | None = None
    border_blue_spread: float | None = None
    border_detail: float | None = None
    corner_brightness: float | None = None
    quantisation: str = ""  # this and the next: see quantisation.Quantisation
    jpeg_quality: int | None = None
    sha256: str = ""  # of the file's bytes
    pixels_sha256: str = ""  # of the upright picture's width, height and RGB pixels, whatever the file format
    error: str = ""  # why the image cannot be decoded; blank if it can
    thumbnail: bytes = b""  # see perceptual.thumbnail_of; not in the file


FACTS_COLUMNS = tuple(field.name for field in fields(ImageFacts) if field.name != "thumbnail")
_TYPES: dict[object, str] = {int | None: "Int64", float | None: "float64"}


def measure_images(images: Sequence[tuple[str, Path]]) -> pd.DataFrame:
    """Measure every image, given as (image_id, file); a row each, in the order given, as `facts_table` has them."""
    return facts_table(parallel_map(_measure_file, images, "images examined"))


def facts_table(facts: Iterable[ImageFacts]) -> pd.DataFrame:
    """A row an image: FACTS_COLUMNS and `thumbnail`; a whole number may be missing (Int64), and so may any other."""
    columns = [field.name for field in fields(ImageFacts)]
    types = {field.name: _TYPES[field.type] for field in fields(ImageFacts) if field.type in _TYPES}
    return pd.DataFrame([asdict(fact) for fact in facts], columns=columns).astype(types)


def measure(image_id: str, data: bytes) -> ImageFacts:
    """Measure one image from the bytes of its file; whatever is wrong with them is told in `error`."""
    facts = ImageFacts(image_id, size_bytes=len(data), sha256=sha256_hex(data))
    header = _header_if_any(data)
    if header:
        facts = replace(facts, format=str(header.format), **vars(quantisation_of(header)))
    try:
        image = open_image(data)
        facts = replace(facts, frames=_frames(header), width=image.width, height=image.height, mode=image.mode)
        return replace(facts, **_of_pixels(image))
    except (ImageError, ValueError) as error:  # ValueError: Pillow knows no way from this mode to RGB
        return replace(facts, error=str(error))


def _measure_file(image: tuple[str, Path]) -> ImageFacts:
    image_id, file = image
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return ImageFacts(image_id, error=f"missing: {file} does not exist")
    return measure(image_id, data)


def _header_if_any(data: bytes) -> Image.Image | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data))
    except Exception:  # noqa: BLE001 - Pillow's parsers raise whatever bytes lead them to; open_image tells what is wrong
        return None


def _frames(header: Image.Image | None) -> int:
    """The number of frames.

    Raises:
        ImageError: they cannot be counted, as in a truncated animation.
    """
    try:
        return int(getattr(header, "n_frames", 1))
    except Exception as error:  # likewise
        raise ImageError(f"its frames cannot be counted: {error}") from error


def _of_pixels(image: Image.Image) -> dict[str, Any]:
    """What the decoded picture says, by the fields of ImageFacts."""
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    glance = glance_of(rgb)
    own = {"pixels_sha256": _pixels_sha256(rgb), "thumbnail": thumbnail_of(rgb)}
    return vars(appearance_of(glance)) | vars(border_of(glance)) | own


def _pixels_sha256(rgb: Image.Image) -> str:
    digest = hashlib.sha256(f"{rgb.width}x{rgb.height} RGB ".encode())
    digest.update(rgb.tobytes())
    return digest.hexdigest()
