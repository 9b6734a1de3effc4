"""What phantom lesions of each diagnosis tend to look like, and how far diagnoses overlap.

The tendencies follow the textbook signs of dermoscopy; they are for exercising the pipeline, not for medicine.
"""

from bisect import bisect_right
from dataclasses import astuple, dataclass
from itertools import accumulate

import numpy as np

OVERLAP = 0.5
"""How much one diagnosis looks like another: 0 none, 1 no telling them apart. The one place to set the difficulty."""

_SPREAD = 0.24  # standard deviation of a trait among lesions of one diagnosis, at OVERLAP 1


@dataclass(frozen=True, slots=True)
class Traits:
    """How strongly a lesion shows each sign, 0 to 1."""

    asymmetry: float
    irregularity: float  # of the border
    softness: float  # of the border
    darkness: float
    redness: float
    blueness: float  # veil and blue-grey blotches
    yellowness: float
    variegation: float  # number and strength of colours
    network: float
    globules: float  # dark dots
    streaks: float  # at the border
    vessels: float
    lacunae: float  # red-purple clods
    scar: float  # a white centre
    milia: float  # bright dots and dark openings
    scale: float  # white-yellow flakes


SHARES = {
    "actinic keratosis": 0.09,
    "basal cell carcinoma": 0.14,
    "dermatofibroma": 0.06,
    "melanoma": 0.16,
    "nevus": 0.22,
    "pigmented benign keratosis": 0.12,
    "seborrheic keratosis": 0.08,
    "squamous cell carcinoma": 0.07,
    "vascular lesion": 0.06,
}
"""The part that each diagnosis has among phantom lesions; together 1."""

TYPICAL = {
    "actinic keratosis": Traits(0.4, 0.5, 0.9, 0.15, 0.6, 0, 0.3, 0.3, 0, 0, 0, 0.35, 0, 0, 0.1, 0.7),
    "basal cell carcinoma": Traits(0.4, 0.4, 0.6, 0.25, 0.45, 0.5, 0.1, 0.5, 0, 0.25, 0, 0.95, 0, 0.1, 0, 0.1),
    "dermatofibroma": Traits(0.15, 0.2, 0.8, 0.35, 0.25, 0, 0.1, 0.2, 0.45, 0, 0, 0.1, 0, 0.95, 0, 0),
    "melanoma": Traits(0.9, 0.9, 0.3, 0.8, 0.2, 0.55, 0, 0.9, 0.5, 0.4, 0.75, 0.1, 0, 0.2, 0, 0),
    "nevus": Traits(0.15, 0.2, 0.5, 0.5, 0.1, 0, 0.1, 0.2, 0.8, 0.35, 0.05, 0, 0, 0, 0, 0),
    "pigmented benign keratosis": Traits(0.35, 0.4, 0.25, 0.5, 0, 0.05, 0.4, 0.4, 0.1, 0.1, 0, 0.05, 0, 0, 0.35, 0.3),
    "seborrheic keratosis": Traits(0.3, 0.3, 0.1, 0.65, 0.05, 0.15, 0.35, 0.3, 0, 0.1, 0, 0.1, 0, 0, 0.95, 0.1),
    "squamous cell carcinoma": Traits(0.65, 0.6, 0.5, 0.25, 0.75, 0, 0.55, 0.6, 0, 0, 0, 0.6, 0, 0.1, 0, 0.9),
    "vascular lesion": Traits(0.2, 0.2, 0.2, 0.45, 0.95, 0.3, 0, 0.3, 0, 0, 0, 0.05, 0.95, 0, 0, 0),
}


def diagnosis_at(quantile: float) -> str:
    """The diagnosis at a point of [0, 1) when SHARES are laid end to end."""
    ends = list(accumulate(SHARES.values()))
    return list(SHARES)[min(bisect_right(ends, quantile), len(SHARES) - 1)]


def draw_traits(diagnosis: str, rng: np.random.Generator, overlap: float = OVERLAP) -> Traits:
    """Draw the traits of one lesion: those typical of its diagnosis, mixed with another's, and spread."""
    own = np.array(astuple(TYPICAL[diagnosis]))
    other = np.array(astuple(list(TYPICAL.values())[rng.integers(len(TYPICAL))]))
    mixed = own + overlap * rng.uniform() * (other - own)
    return Traits(*(float(value) for value in np.clip(mixed + rng.normal(0, _SPREAD * overlap, own.size), 0, 1)))
