"""What travels with a model, card.json: how it was made, what goes in, what comes out. No Keras."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dermaflow.core.errors import TableError
from dermaflow.core.files import write_bytes
from dermaflow.core.taxonomy import DIAGNOSES, MELANOMA

PREPROCESSING = (
    "Decode the file to RGB upright as its EXIF says, resize to a square with Pillow's antialiased bilinear filter, "
    "keep 0..255; the model itself rescales."
)


Averaged = Literal["networks", "views"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Input(_Part):
    """The array that the model takes: (batch, image_size_px, image_size_px, channels)."""

    image_size_px: int = Field(ge=1)
    channels: Literal[3] = 3
    dtype: Literal["uint8"] = "uint8"
    range: tuple[int, int] = (0, 255)
    resize: Literal["bilinear, antialiased, aspect not kept"] = "bilinear, antialiased, aspect not kept"


class Data(_Part):
    """What it was trained and chosen on: numbers of images by source and by class."""

    fingerprint: str
    sources: dict[str, int]  # originals, training and validation together
    train: dict[str, int]  # originals
    copies: dict[str, int]  # augmented copies beside them
    validation: dict[str, int]
    before: int = 0  # images that the model was trained or chosen on whose weights it begins with, if they are of one


class OperatingPoint(_Part):
    """From which probability on an image is suspected of a diagnosis; chosen on validation images only."""

    diagnosis: str
    min_sensitivity: float = Field(gt=0, le=1)  # what was asked for
    threshold: float = Field(ge=0, le=1)  # suspected: a calibrated probability of at least this
    sensitivity: float  # on the validation images
    specificity: float | None  # likewise; None: they show nothing else
    n: int  # validation images of the diagnosis
    n_groups: int | None = None  # and how many groups they are; None: a model of before these were counted


class Familiarity(_Part):
    """What the model's second output means: how far an image lies from the training images."""

    method: str
    kept_frac: float = Field(gt=0, lt=1)  # of the validation images, that lie within the distance 1
    n: int  # validation images


class Member(_Part):
    """One of the networks over which the model averages."""

    seed: int
    best_epoch: int  # counted from 1; the epoch whose weights these are
    epochs: int  # done
    val_loss: float  # of that epoch, alone


class Average(_Part):
    """Several networks or views against the first alone, on the validation images; calibrated, logits not adjusted."""

    what: Averaged
    n: int  # over how many the mean goes
    averaged: dict[str, float]  # scores of the mean, see model.scores
    single: dict[str, float]  # of the first alone

    @property
    def kept(self) -> bool:
        """Whether the mean tells them better, and is what the model gives."""
        return self.averaged["val_loss"] < self.single["val_loss"]


class ClinicalUse(_Part):
    """How the model uses what is stated of a patient beside the image; see model.clinical."""

    columns: tuple[str, ...]  # what its numbers mean: those of core.clinical
    strength: float = Field(gt=0, le=1)  # inside the model already: it multiplied the evidence
    n: int  # training images, from which the evidence comes
    stated: dict[str, int]  # of how many of them each attribute was
    image_alone: dict[str, float]  # scores on the validation images where nothing is stated, see model.scores


class Git(_Part):
    """The commit that a training ran at; no part of its fingerprint, which names the code itself."""

    commit: str
    dirty: bool  # whether tracked files differed from it


class Card(_Part):
    """The whole card; card.json holds it field by field."""

    format: Literal[2] = 2
    fingerprint: str  # of parameters, data and code: see model.fingerprint
    phantom: bool  # whether any image was generated and not photographed
    classes: tuple[str, ...] = Field(min_length=2)  # in the order of the model's outputs
    input: Input
    preprocessing: str = PREPROCESSING
    architecture: str
    n_parameters: int
    seed: int
    params: dict[str, Any]  # the sections of params.yaml up to and including train
    data: Data
    best_epoch: int  # counted from 1; the epoch whose weights these are
    epochs: int  # done
    members: tuple[Member, ...] = ()  # in their order, the first is the one above
    averages: tuple[Average, ...] = ()  # what was held against a single network or view, in that order
    temperature: float = Field(default=1.0, gt=0)  # inside the model already: it divided the logits (Guo et al. 2017)
    operating_point: OperatingPoint | None = None  # None: melanoma is no class, or no validation image shows it
    validation: dict[str, float] = Field(default_factory=dict)  # scores of the finished model, see model.scores
    familiarity: Familiarity | None = None  # None: the distance is always 0
    clinical: ClinicalUse | None = None  # None: the model takes the image alone
    versions: dict[str, str]
    git: Git | None = None  # None: trained outside a repository

    @model_validator(mode="after")
    def _classes_in_order(self) -> "Card":
        if self.classes != tuple(name for name in DIAGNOSES if name in self.classes):
            raise ValueError(f"expected classes of the taxonomy, in its order, received {', '.join(self.classes)}")
        return self

    @property
    def attributes(self) -> tuple[str, ...]:
        """Which of age, sex and site count; none where the model takes the image alone."""
        return tuple(self.params.get("train", {}).get("clinical", ())) if self.clinical else ()

    @property
    def melanoma_threshold(self) -> float | None:
        """The probability of melanoma from which on an image is suspected of it; None: there is no such threshold."""
        point = self.operating_point
        return point.threshold if point and point.diagnosis == MELANOMA else None

    def suspected(self, probabilities: Sequence[float] | npt.NDArray[np.float64]) -> str:
        """Whether probabilities, in the order of classes, make an image suspected: yes, no; blank: not known."""
        if self.operating_point is None:
            return ""
        risk = probabilities[self.classes.index(self.operating_point.diagnosis)]
        return "yes" if risk >= self.operating_point.threshold else "no"


def write_card(card: Card, path: Path) -> None:
    """Write card.json, whole or not at all."""
    write_bytes((card.model_dump_json(indent=2) + "\n").encode(), path)


def read_card(path: Path) -> Card:
    """Read card.json.

    Raises:
        TableError: it is missing, no JSON, or not a card of this format.
    """
    try:
        return Card.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise TableError(f"{path} is missing: expected model.onnx and card.json in one folder") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"])) or "file"
        raise TableError(
            f"{path}: expected a model card of format 2 (an earlier model: train it again); {where}: {fault['msg']}"
        ) from error
