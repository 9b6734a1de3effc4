"""The section `validate` of params.yaml."""

from typing import Literal

from pydantic import Field, field_validator

from dermaflow.core.params import Params
from dermaflow.quality.faults import SUSPICIONS


class ValidateParams(Params):
    """What an image, a diagnosis and a collection need to be used."""

    unconfirmed_labels: Literal["use", "quarantine"]  # labels of class folders that no authority states
    min_side_px: int = Field(ge=1, le=4096)  # a smaller image goes to quarantine
    min_images_per_diagnosis: int = Field(ge=1)  # a diagnosis left with fewer is dropped from the task
    max_quarantined_frac: float = Field(ge=0, le=1)  # a larger share of rows that cannot be trusted stops the run
    withheld_sources: list[str]  # collections that are for another task, see withheld.py
    tolerated_faults: list[str]  # of faults.SUSPICIONS, those that are normal in this collection
    near_copy_min_likeness: float = Field(ge=0.9, le=1)  # the share of one image's variance that another explains
    seed: int = Field(ge=0)  # of the shortcut audit's folds and intervals

    @field_validator("tolerated_faults")
    @classmethod
    def _can_be_tolerated(cls, faults: list[str]) -> list[str]:
        unknown = [fault for fault in faults if fault not in SUSPICIONS]
        if unknown:
            raise ValueError(f"expected some of {', '.join(SUSPICIONS)}, received {', '.join(unknown)}")
        return faults
