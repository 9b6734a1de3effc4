"""Which image files cannot be used, each with one reason and what was measured."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

EMPTY_FILE = "empty-file"
NOT_AN_IMAGE = "not-an-image"
TRUNCATED = "truncated"
UNUSABLE_MODE = "unusable-mode"
TOO_SMALL = "too-small"
BLANK = "blank"
GREYSCALE = "greyscale"
ANIMATED = "animated"

MIN_CONTRAST = 1.0
"""Below it an image is of one shade (luminance 0..255); the flattest of 12,374 real images has 4.8."""
MIN_COLOUR = 1.0
"""Below it an image has no colour, whatever its mode; the palest of 12,374 real images has 5.2."""
_GREY_MODES = ("1", "L", "LA", "La", "I", "F")
_STILL_FORMATS = ("MPO",)
"""A camera's JPEG with a preview or second view behind the photograph: several frames, no animation."""

Row = Mapping[Hashable, Any]
"""One row of the table of facts, by column; see `facts.FACTS_COLUMNS`."""


@dataclass(frozen=True)
class Fault:
    """Why an image cannot be used: a reason (kebab-case) and the measurement that shows it."""

    reason: str
    evidence: str


def find_faults(facts: pd.DataFrame, min_side_px: int) -> dict[str, Fault]:
    """The fault of each image that has one, by image_id.

    Args:
        facts: as made by `facts.measure_images`.
        min_side_px: an image with a shorter side is too small.
    """
    found = {str(row["image_id"]): fault_of(row, min_side_px) for row in facts.to_dict("records")}
    return {image_id: fault for image_id, fault in found.items() if fault}


def fault_of(row: Row, min_side_px: int) -> Fault | None:
    """The first fault of one image, from what makes it unreadable to what makes it unsuitable; or none."""
    return _unreadable(row) or _unsuitable(row, min_side_px)


def _unreadable(row: Row) -> Fault | None:
    if not row["error"]:
        return None
    if pd.isna(row["size_bytes"]):
        return Fault(NOT_AN_IMAGE, str(row["error"]))
    if row["size_bytes"] == 0:
        return Fault(EMPTY_FILE, "0 bytes")
    if not row["format"]:
        return Fault(NOT_AN_IMAGE, f"{row['error']} ({row['size_bytes']} bytes)")
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
