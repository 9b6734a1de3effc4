"""The section `validate` of params.yaml."""

from typing import Literal

from pydantic import Field

from dermaflow.core.params import Params


class ValidateParams(Params):
    """What an image, a diagnosis and a collection need to be used."""

    unconfirmed_labels: Literal["use", "quarantine"]  # labels of class folders that no authority states
    min_side_px: int = Field(ge=1, le=4096)  # a smaller image goes to quarantine
    min_images_per_diagnosis: int = Field(ge=1)  # a diagnosis left with fewer is dropped from the task
    max_quarantined_frac: float = Field(ge=0, le=1)  # a larger share of rows that cannot be trusted stops the run
    near_copy_max_bits: int = Field(ge=0, le=8)  # of 64 bits of the perceptual hash; more costs time
    seed: int = Field(ge=0)  # of the shortcut audit's folds and intervals
