"""A test as values: its images, what is true of them, and what a model says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from dermaflow.core.taxonomy import MELANOMA, NEVUS
from dermaflow.evaluation.metrics import Flags, Floats, Indices


@dataclass(frozen=True)
class Outcome:
    """Test images with what is true and what a model says of them; arrays share their first axis."""

    classes: tuple[str, ...]
    truth: Indices  # (n,) index into classes
    probabilities: Floats  # (n, classes)
    groups: Sequence[str]  # (n,) images of one group are no independent evidence
    threshold: float | None = None  # p of melanoma from which on an image is suspected; None: no operating point
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)  # subgroup of each image, by attribute (n,)

    @property
    def melanoma(self) -> int | None:
        """Its index among the classes, if it is one of them."""
        return self.classes.index(MELANOMA) if MELANOMA in self.classes else None

    @property
    def nevus(self) -> int | None:
        """The index of nevus among the classes, if it is one of them."""
        return self.classes.index(NEVUS) if NEVUS in self.classes else None

    @property
    def shows_melanoma(self) -> Flags:
        """Which images show one, shape (n,)."""
        return np.zeros(len(self.truth), dtype=bool) if self.melanoma is None else self.truth == self.melanoma

    @property
    def suspected(self) -> Flags | None:
        """Which images are suspected of melanoma at the operating point, shape (n,); None where there is none."""
        if self.melanoma is None or self.threshold is None:
            return None
        flags: Flags = self.probabilities[:, self.melanoma] >= self.threshold
        return flags

    def part(self, chosen: Flags) -> Self:
        """The chosen images alone, without attributes; chosen has shape (n,)."""
        groups = [group for group, is_chosen in zip(self.groups, chosen, strict=True) if is_chosen]
        return replace(
            self, truth=self.truth[chosen], probabilities=self.probabilities[chosen], groups=groups, attributes={}
        )
