"""The section `augment` of params.yaml."""

from typing import Self

from pydantic import Field, model_validator

from dermaflow.core.params import Params


class AugmentParams(Params):
    """How many copies are made of training images, and how far a copy may differ from its original."""

    images_per_class: int = Field(ge=0)  # classes are brought to this number; 0: no balancing, no thinning
    copies_per_image: int = Field(ge=0)  # so many of every image instead; both 0: the originals alone
    max_rotation_deg: int = Field(ge=0, le=180)  # to either side, beside the quarter turns
    max_zoom_factor: float = Field(ge=1, le=2)
    max_off_centre_frac: float = Field(ge=0, le=1)  # where a zoom looks. 0: into the middle; 1: anywhere in the image
    max_brightness_change: float = Field(ge=0, lt=1)  # 0.2: from 0.8 to 1.2 times as bright
    max_contrast_change: float = Field(ge=0, lt=1)  # likewise, about the mean brightness
    max_colour_change: float = Field(ge=0, lt=1)  # likewise: saturation, never hue
    seed: int = Field(ge=0)

    @model_validator(mode="after")
    def _one_way_to_count(self) -> Self:
        if self.images_per_class and self.copies_per_image:
            raise ValueError(
                f"expected images_per_class or copies_per_image to be 0, received {self.images_per_class} and"
                f" {self.copies_per_image}: set one of them to 0"
            )
        return self
