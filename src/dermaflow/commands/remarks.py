"""What is to be said of an image that a model gives probabilities for, although training would not have used it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from PIL import Image, ImageStat

from dermaflow.core.images import RgbImage
from dermaflow.quality.facts import colour_of
from dermaflow.quality.faults import BLANK, GREYSCALE, TOO_SMALL, fault_of

WORDS = {TOO_SMALL: "a side that is too short", BLANK: "one shade only", GREYSCALE: "no colour"}
SAMPLED_SIDE_PX = 128
"""Shade and colour are read off a grid of about so many pixels a side: a mean needs no more, and it costs no time."""


def remark_on(image: RgbImage, min_side_px: int) -> str:
    """One of WORDS where validation would have put the image in quarantine; blank if it is fine.

    Args:
        image: uint8 in 0..255, shape (height, width, 3), at its own size.
        min_side_px: as it was when the model was trained.
    """
    height, width = image.shape[:2]
    step = max(1, min(height, width) // SAMPLED_SIDE_PX)
    picture = Image.fromarray(image[::step, ::step])
    luminance = ImageStat.Stat(picture.convert("L"))
    facts: dict[Hashable, Any] = {
        "error": "",
        "format": "",
        "mode": "RGB",
        "frames": 1,
        "width": width,
        "height": height,
        "brightness": luminance.mean[0],
        "contrast": luminance.stddev[0],
        "colour": colour_of(picture),
    }
    fault = fault_of(facts, min_side_px)
    return WORDS[fault.reason] if fault else ""


def counted(remarks: Iterable[str]) -> Iterator[str]:
    """A line for each kind of remark, the most frequent first."""
    for words, n in Counter(filter(None, remarks)).most_common():
        have = "image has" if n == 1 else "images have"
        yield f"{n:,} {have} {words}: the model has not learnt from such"
