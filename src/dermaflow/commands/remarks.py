"""What is to be said of an image that a model gives probabilities for, although training would not have used it."""

from collections.abc import Collection, Iterator, Mapping

from PIL import Image

from dermaflow.core.images import RgbImage
from dermaflow.quality import faults
from dermaflow.quality.appearance import appearance_of, glance_of

WORDS = {
    faults.TOO_SMALL: "a side that is too short",
    faults.BLANK: "one shade only",
    faults.GREYSCALE: "no colour",
    faults.ODD_ASPECT: "one side much longer than the other",
    faults.UNDER_EXPOSED: "too little light",
    faults.OVER_EXPOSED: "too much light",
    faults.NOT_SKIN: "no likeness to skin",
    faults.BLURRED: "no focus",
}

UNLIKE = "little likeness to the training images"


def remark_on(image: RgbImage, min_side_px: int, tolerated: Collection[str] = ()) -> str:
    """One of WORDS where validation would have put the image in quarantine; blank if it is fine.

    Args:
        image: uint8 in 0..255, shape (height, width, 3), at its own size.
        min_side_px: as it was when the model was trained.
        tolerated: likewise; which of `faults.SUSPICIONS` were no fault.
    """
    height, width = image.shape[:2]
    seen = vars(appearance_of(glance_of(Image.fromarray(image))))
    decoded = {"error": "", "format": "", "mode": "RGB", "frames": 1, "width": width, "height": height}
    fault = faults.fault_of(seen | decoded, min_side_px, tolerated)
    return WORDS[fault.reason] if fault else ""


def strangeness(distance: float | None) -> str:
    """UNLIKE where an image is farther from the training images than nearly all validation images were; else blank."""
    return UNLIKE if distance is not None and distance > 1 else ""


def counted(remarks: Mapping[str, int]) -> Iterator[str]:
    """A line for each kind of remark, with how many images have it, the most frequent first."""
    for words, n in sorted(remarks.items(), key=lambda pair: (-pair[1], pair[0])):
        have = "image has" if n == 1 else "images have"
        yield f"{n:,} {have} {words}: the model has not learnt from such"
