"""What the ISIC Archive answers: pages of a listing and records of images, checked field by field.

The forms are those of the archive's API v2: a page is `{results, count, next, previous}`, a record
`{isic_id, public, copyright_license, attribution, files, metadata}`. Fields that are not used may be anything.
"""

import re
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dermaflow.core.clinical import MAX_AGE_YEARS
from dermaflow.core.errors import SourceError

MAX_FILE_BYTES = 200_000_000
MAX_TEXT = 2_000  # characters of one field
LEVELS = 5
"""The archive states a diagnosis in up to five levels, from the broadest (diagnosis_1) to the finest."""


def _line(text: str) -> str:
    """One printable line: it goes into tables and onto terminals."""
    line = " ".join(text.split())
    if len(line) > MAX_TEXT or not line.isprintable():
        raise ValueError(f"expected at most {MAX_TEXT} printable characters")
    return line


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise ValueError("expected a web address")
    return url


Text = Annotated[str, AfterValidator(_line)]


def is_isic_id(text: str) -> bool:
    """Whether a text is ISIC_ and seven digits, and so safe as the name of a file."""
    return re.fullmatch(r"ISIC_[0-9]{7}", text) is not None


def _isic_id(text: str) -> str:
    if not is_isic_id(text):
        raise ValueError("expected ISIC_ and seven digits")
    return text


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class RemoteFile(_Answer):
    """Where the bytes of an image are, and how many."""

    url: Annotated[str, AfterValidator(_web_address)] = Field(repr=False)  # signed: it lets anyone in, for a while
    size: int = Field(ge=1, le=MAX_FILE_BYTES)


class _Files(_Answer):
    full: RemoteFile


class _Acquisition(_Answer):
    image_type: Text | None = None
    pixels_x: int | None = None
    pixels_y: int | None = None


class _Clinical(_Answer):
    lesion_id: Text | None = None
    patient_id: Text | None = None
    age_approx: float | None = Field(default=None, ge=0, le=MAX_AGE_YEARS, allow_inf_nan=False)
    sex: Text | None = None
    anatom_site_general: Text | None = None
    diagnosis_1: Text | None = None
    diagnosis_2: Text | None = None
    diagnosis_3: Text | None = None
    diagnosis_4: Text | None = None
    diagnosis_5: Text | None = None


class _Metadata(_Answer):
    acquisition: _Acquisition
    clinical: _Clinical


class Record(_Answer):
    """What the archive says of one image."""

    isic_id: Annotated[str, AfterValidator(_isic_id)]
    public: bool
    copyright_license: Text
    attribution: Text
    files: _Files
    metadata: _Metadata

    @property
    def labels(self) -> tuple[str, ...]:
        """The levels of the diagnosis that are stated, the finest first."""
        stated = (getattr(self.metadata.clinical, f"diagnosis_{level}") for level in range(LEVELS, 0, -1))
        return tuple(label for label in stated if label)

    @property
    def state(self) -> str:
        """Another one whenever the file is another: its size in bytes and in pixels."""
        acquisition = self.metadata.acquisition
        return f"{self.isic_id}-{self.files.full.size}-{acquisition.pixels_x}x{acquisition.pixels_y}"


class Page(_Answer):
    """One page of a listing."""

    results: list[dict[str, Any]]
    next: str | None  # address of the page that follows
    count: int | None = Field(default=None, ge=0)  # of all pages; the first page states it

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a page.

        Raises:
            SourceError: it is not JSON, or not a page.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise SourceError(
                f"the ISIC Archive: expected a page of a listing, received something else ({_first(error)}); "
                "does DERMAFLOW_ISIC_ARCHIVE_URL name its API v2?"
            ) from error


def read_record(said: bytes | dict[str, Any]) -> Record:
    """Read the record of one image, from JSON or as it stands in a page.

    Raises:
        SourceError: a field is missing or malformed; the message names the image and the field.
    """
    try:
        return Record.model_validate(said) if isinstance(said, dict) else Record.model_validate_json(said)
    except ValidationError as error:
        name = said.get("isic_id") if isinstance(said, dict) else None
        image = repr(name[:20]) if isinstance(name, str) else "an image"
        raise SourceError(
            f"the ISIC Archive: its record of {image} is not as expected ({_first(error)}); "
            "leave the image out by the query, or tell the archive"
        ) from error


def _first(error: ValidationError) -> str:
    """The first of the faults, without the value that was received: it may be long, or secret."""
    fault = error.errors(include_input=False, include_url=False)[0]
    return ": ".join(filter(None, [".".join(map(str, fault["loc"])), fault["msg"]]))
