"""The section `ingest` of params.yaml: which source, and what the generator of phantom images makes."""

from typing import Self

from pydantic import Field, model_validator

from dermaflow.core.params import Params


class PhantomParams(Params):
    """What the generator makes; each planted fault is an extra row that begins with another lesion."""

    lesions: int = Field(ge=1, le=10_000_000)
    image_size_px: int = Field(ge=32, le=2048)
    seed: int = Field(ge=0)
    byte_copies: int = Field(ge=0)  # the same bytes under another id
    near_copies: int = Field(ge=0)  # slightly smaller and compressed again, under another id
    contradictions: int = Field(ge=0)  # the same image filed under a second diagnosis
    truncated: int = Field(ge=0)  # a file that ends too early

    @model_validator(mode="after")
    def _faults_have_lesions_to_begin_with(self) -> Self:
        faults = self.byte_copies + self.near_copies + self.contradictions + self.truncated
        if faults > self.lesions:
            raise ValueError(f"expected at most as many planted faults as lesions ({self.lesions}), received {faults}")
        return self


class IngestParams(Params):
    """Where images come from."""

    source: str = Field(min_length=1)  # "phantom", or the path of a folder of class folders
    phantom: PhantomParams
