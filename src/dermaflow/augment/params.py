"""The section `augment` of params.yaml."""

from typing import Self

from pydantic import Field, model_validator

from dermaflow.core.variation import Limits


class AugmentParams(Limits):
    """How many copies are made of training images, and how far a copy may differ from its original."""

    images_per_class: int = Field(ge=0)  # classes are brought to this number; 0: no balancing, no thinning
    copies_per_image: int = Field(ge=0)  # so many of every image instead; both 0: the originals alone
    seed: int = Field(ge=0)

    @model_validator(mode="after")
    def _one_way_to_count(self) -> Self:
        if self.images_per_class and self.copies_per_image:
            raise ValueError(
                f"expected images_per_class or copies_per_image to be 0, received {self.images_per_class} and"
                f" {self.copies_per_image}: set one of them to 0"
            )
        return self
