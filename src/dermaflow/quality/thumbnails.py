"""An image file as a small JPEG of bounded size, or a grey tile that says why there is none."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from dermaflow.core.errors import DermaflowError, ImageError
from dermaflow.core.images import open_image

SIDE_PX = 150
MAX_BYTES = 12_000
_QUALITIES = (80, 60, 40, 20)
_GREY, _INK = (208, 208, 208), (70, 70, 70)

PictureOf = Callable[[str], bytes]
"""Gives the bytes of an image file by image_id; a DermaflowError or OSError where it cannot."""


def thumbnail_of(image_id: str, picture: PictureOf) -> bytes:
    """Fetch an image and draw it small; whatever is wrong with it is told on a grey tile.

    Returns:
        A JPEG of at most SIDE_PX a side and MAX_BYTES, its proportions kept.
    """
    try:
        return thumbnail(picture(image_id))
    except (ImageError, ValueError):  # Pillow knows no way from some modes to RGB
        return grey_tile("cannot be read\nas a picture")
    except (DermaflowError, OSError):
        return grey_tile("cannot be fetched")


def thumbnail(data: bytes) -> bytes:
    """An image file as a small JPEG.

    Raises:
        ImageError: it cannot be decoded.
        ValueError: its mode cannot be turned into RGB.
    """
    image = open_image(data).convert("RGB")
    image.thumbnail((SIDE_PX, SIDE_PX))
    return _encoded(image)


def grey_tile(words: str) -> bytes:
    """A grey square JPEG with a few words in its middle."""
    tile = Image.new("RGB", (SIDE_PX, SIDE_PX), _GREY)
    font = ImageFont.load_default(size=15)
    middle = (SIDE_PX / 2, SIDE_PX / 2)
    ImageDraw.Draw(tile).multiline_text(middle, words, fill=_INK, font=font, anchor="mm", align="center")
    return _encoded(tile)


def _encoded(image: Image.Image) -> bytes:
    """The JPEG of the best of _QUALITIES that keeps within MAX_BYTES; the last of them always does at this size."""
    data = b""
    for quality in _QUALITIES:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True)
        data = file.getvalue()
        if len(data) <= MAX_BYTES:
            break
    return data
