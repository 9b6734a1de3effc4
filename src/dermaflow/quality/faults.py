"""Which image files cannot be used, each with one reason and what was measured.

The limits were set on 12,374 real images (HAM10000 and the nine-class set of ISIC images), each beyond the most
extreme of them, so that none of these is lost; benchmarks/damaged_images.py tells how much damage they find.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dermaflow.core.images import TOO_MANY_PIXELS

if TYPE_CHECKING:
    import pandas as pd  # for the type alone: `dermaflow predict` judges by these rules and starts without pandas

EMPTY_FILE = "empty-file"
NOT_AN_IMAGE = "not-an-image"
TRUNCATED = "truncated"
UNUSABLE_MODE = "unusable-mode"
TOO_SMALL = "too-small"
TOO_LARGE = "too-large"
BLANK = "blank"
GREYSCALE = "greyscale"
ANIMATED = "animated"
ODD_ASPECT = "odd-aspect"
UNDER_EXPOSED = "under-exposed"
OVER_EXPOSED = "over-exposed"
NOT_SKIN = "not-skin"
BLURRED = "blurred"
SUSPICIONS = (ODD_ASPECT, UNDER_EXPOSED, OVER_EXPOSED, NOT_SKIN, BLURRED)
"""Faults that are a matter of degree: a collection of another kind may have to tolerate some of them."""

MIN_CONTRAST = 1.0
"""Below it an image is of one shade (luminance 0..255); the flattest of 12,374 real images has 4.8."""
MIN_COLOUR = 1.0
"""Below it an image has no colour, whatever its mode; the palest of 12,374 real images has 5.2."""
MAX_ASPECT = 2.5
"""The longer by the shorter side; cameras give 1.0 to 1.8."""
MAX_DARK_FRAC = 0.95
"""Of pixels of luminance below 64; the darkest real image, a disc in a black frame, has 0.69."""
MAX_WHITE_FRAC = 0.5
"""Of pixels of luminance 250 or more; the whitest real image, a lesion on burnt-out skin, has 0.42."""
MAX_SHADE_FRAC = 0.4
"""Of lit pixels of one shade; the real image with most has 0.28, the median of pages, charts and screens 0.68."""
MIN_SMOOTHNESS = 0.5
"""Of neighbouring pixels; the least smooth real image, skin under dense hair, has 0.60, noise has 0."""
MAX_COLOUR_SPREAD = 56.0
"""The most colourful real image has 52, a poppy on a meadow 90."""
MAX_GREEN_FRAC = 0.45
"""Of lit pixels that are green; the greenest real image, under a lamp of that tinge, has 0.34."""
MIN_SHARPNESS = 9.0
"""The least sharp real image, a pale lesion a little out of focus, has just that. All that come near are of HAM10000
at 200×150 px; the same images at 180×180 px, less compressed, are 1.4 times as sharp, so that the limit is mild."""
_ROWS_AT_ONCE = 8192  # a table of 400,000 rows as dictionaries would take a gigabyte
_GREY_MODES = ("1", "L", "LA", "La", "I", "F")
_STILL_FORMATS = ("MPO",)
"""A camera's JPEG with a preview or second view behind the photograph: several frames, no animation."""

Row = Mapping[Any, Any]
"""One row of the table of facts, by column; see `facts.FACTS_COLUMNS`."""


@dataclass(frozen=True)
class Fault:
    """Why an image cannot be used: a reason (kebab-case) and the measurement that shows it."""

    reason: str
    evidence: str


def find_faults(facts: "pd.DataFrame", min_side_px: int, tolerated: Collection[str] = ()) -> dict[str, Fault]:
    """The fault of each image that has one, by image_id.

    Args:
        facts: as made by `facts.measure_images`.
        min_side_px: an image with a shorter side is too small.
        tolerated: which of SUSPICIONS are no fault here.
    """
    parts = (facts[start : start + _ROWS_AT_ONCE].to_dict("records") for start in range(0, len(facts), _ROWS_AT_ONCE))
    found = ((str(row["image_id"]), fault_of(row, min_side_px, tolerated)) for part in parts for row in part)
    return {image_id: fault for image_id, fault in found if fault}


def fault_of(row: Row, min_side_px: int, tolerated: Collection[str] = ()) -> Fault | None:
    """The first fault of one image, from what makes it unreadable to what makes it unsuitable; or none."""
    return _unreadable(row) or _unsuitable(row, min_side_px) or _suspicious(row, tolerated)


def _unreadable(row: Row) -> Fault | None:
    if not row["error"]:
        return None
    if not row["sha256"]:  # of no bytes at all: there is no such file
        return Fault(NOT_AN_IMAGE, str(row["error"]))
    if row["size_bytes"] == 0:
        return Fault(EMPTY_FILE, "0 bytes")
    if not row["format"] or TOO_MANY_PIXELS in row["error"]:
        reason = TOO_LARGE if TOO_MANY_PIXELS in row["error"] else NOT_AN_IMAGE
        return Fault(reason, f"{row['error']} ({row['size_bytes']} bytes)")
    if row["mode"]:
        return Fault(UNUSABLE_MODE, f"{row['format']}, mode {row['mode']}: {row['error']}")
    return Fault(TRUNCATED, f"{row['format']}, {row['size_bytes']} bytes: {row['error']}")


def _unsuitable(row: Row, min_side_px: int) -> Fault | None:
    if min(row["width"], row["height"]) < min_side_px:
        return Fault(TOO_SMALL, f"{row['width']}×{row['height']} px, expected at least {min_side_px} px a side")
    if row["contrast"] < MIN_CONTRAST:
        return Fault(BLANK, f"one shade: luminance {row['brightness']:.1f} ± {row['contrast']:.2f}")
    if row["mode"].split(";")[0] in _GREY_MODES:
        return Fault(GREYSCALE, f"mode {row['mode']} holds no colour, which is diagnostic")
    if row["colour"] < MIN_COLOUR:
        return Fault(GREYSCALE, f"mode {row['mode']}, but no pixel has a colour, which is diagnostic")
    if row["frames"] > 1 and row["format"] not in _STILL_FORMATS:
        return Fault(ANIMATED, f"{row['frames']} frames in one {row['format']} file")
    return None


def _suspicious(row: Row, tolerated: Collection[str]) -> Fault | None:
    """The first suspicion that is not tolerated; light comes first, since bad light spoils the other measures."""
    suspicions = (*_of_shape(row), *_of_light(row), *_of_skin(row), *_of_sharpness(row))
    return next((fault for fault in suspicions if fault.reason not in tolerated), None)


def _of_shape(row: Row) -> Iterator[Fault]:
    width, height = row["width"], row["height"]
    if max(width, height) > MAX_ASPECT * min(width, height):
        yield Fault(ODD_ASPECT, f"{width}×{height} px: one side is more than {MAX_ASPECT:g} times the other")


def _of_light(row: Row) -> Iterator[Fault]:
    if row["dark_frac"] > MAX_DARK_FRAC:
        yield Fault(UNDER_EXPOSED, f"{row['dark_frac']:.0%} of it is dark (at most {MAX_DARK_FRAC:.0%} is usual)")
    if row["white_frac"] > MAX_WHITE_FRAC:
        yield Fault(OVER_EXPOSED, f"{row['white_frac']:.0%} of it is white (at most {MAX_WHITE_FRAC:.0%} is usual)")


def _of_skin(row: Row) -> Iterator[Fault]:
    """What dermoscopy of skin never has. The rule is fixed, so that no verdict changes when a collection grows.

    It finds pages, charts, screens, noise, gaudy pictures and foliage. It does not know skin: a cat or a cup of
    coffee, warm and soft as skin is, passes.
    """
    if row["shade_frac"] > MAX_SHADE_FRAC:
        yield Fault(NOT_SKIN, f"drawn or written: {row['shade_frac']:.0%} of it has one and the same shade")
    if row["smoothness"] < MIN_SMOOTHNESS:
        yield Fault(NOT_SKIN, f"noise: neighbouring pixels correlate by {row['smoothness']:.2f} only")
    if row["colour_spread"] > MAX_COLOUR_SPREAD:
        yield Fault(
            NOT_SKIN, f"gaudy: colours spread by {row['colour_spread']:.0f}, {MAX_COLOUR_SPREAD:.0f} at most on skin"
        )
    if row["green_frac"] > MAX_GREEN_FRAC:
        yield Fault(NOT_SKIN, f"{row['green_frac']:.0%} of it is green")


def _of_sharpness(row: Row) -> Iterator[Fault]:
    if row["sharpness"] < MIN_SHARPNESS:
        yield Fault(
            BLURRED, f"sharpest edges {row['sharpness']:.0f}, expected at least {MIN_SHARPNESS:.0f}: out of focus"
        )
