"""The section `ingest` of params.yaml: the sources, the authorities, and what the generator of phantom images makes."""

from typing import Annotated, Literal, Self

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


class PhantomSource(Params):
    """Generated images, as the section ingest.phantom says."""

    kind: Literal["phantom"]


class FolderSource(Params):
    """A folder, or a zip archive, of class folders, with or without Train and Test above them."""

    kind: Literal["folder"]
    path: str = Field(min_length=1)
    name: str = ""  # of the collection; blank: after the folder
    labels: dict[str, str] = Field(default_factory=dict)  # its own labels, each with the known one that it means


class ChallengeSource(Params):
    """Tables beside a folder, or a zip archive, of images, as the ISIC challenges and HAM10000 come."""

    kind: Literal["challenge"]
    tables: list[str] = Field(min_length=1)  # CSV files, told apart by their columns; they are joined by image
    images: str = Field(min_length=1)
    name: str = ""
    labels: dict[str, str] = Field(default_factory=dict)


class ArchiveSource(Params):
    """The ISIC Archive, or what speaks its API; its address and token come from the environment."""

    kind: Literal["isic_archive"]
    query: str = ""
    collections: list[int] = Field(default_factory=list)
    ids: list[str] = Field(default_factory=list)  # or "@FILE": one id a line
    licences: list[str] = Field(min_length=1)  # images under any other licence are left out, and counted
    downloads: int = Field(ge=1, le=32)  # at once
    name: str = ""
    labels: dict[str, str] = Field(default_factory=dict)


class Authority(Params):
    """Tables that state official labels, and who or what an image shows, for images that come from anywhere."""

    tables: list[str] = Field(min_length=1)
    name: str = ""  # blank: after the first table
    labels: dict[str, str] = Field(default_factory=dict)


Source = Annotated[PhantomSource | FolderSource | ChallengeSource | ArchiveSource, Field(discriminator="kind")]


class IngestParams(Params):
    """Where images come from, and who is believed about them."""

    sources: list[Source] = Field(min_length=1)
    authorities: list[Authority]
    phantom: PhantomParams
