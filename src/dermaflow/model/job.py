"""A training before and after it has run, in words: what is to be done, and the card of what came out. No Keras."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dermaflow.core.clinical import Clinical, encoded
from dermaflow.core.lesions import PARTITIONS, is_phantom
from dermaflow.core.taxonomy import in_order
from dermaflow.core.titles import training_name
from dermaflow.core.variation import Limits
from dermaflow.model.calibration import Decided
from dermaflow.model.card import Card, Data, Git, Input
from dermaflow.model.checkpoint import Row, best_epoch
from dermaflow.model.earlier import learnt_before, refuse_known
from dermaflow.model.examples import counts
from dermaflow.model.fingerprint import (
    code_digest,
    data_fingerprint,
    file_digests,
    images_fingerprint,
    training_fingerprint,
    trunk_fingerprint,
    weights_digest,
)
from dermaflow.model.params import TrainParams


@dataclass(frozen=True)
class Job:
    """All that a training depends on; make it with `job_of`."""

    params: TrainParams
    limits: Limits | None  # how far each image is varied anew in every epoch; None: it is not
    sections: Mapping[str, Any]  # params.yaml up to and including train, as it was
    examples: pd.DataFrame  # EXAMPLE_COLUMNS of model.examples
    classes: tuple[str, ...]
    data: Data
    before: pd.DataFrame  # SEEN_COLUMNS of the models whose weights it begins with; no row where there is none
    phantom: bool
    fingerprint: str
    trunk_fingerprints: Mapping[str, str]  # by the weights that networks begin with

    @property
    def name(self) -> str:
        """What a person calls this training."""
        return training_name(self.params.architecture, self.params.image_size_px, self.data.sources, self.fingerprint)

    def files(self, partition: str) -> list[Path]:
        """The image files of train or validation, in the order of the examples."""
        return [Path(file) for file in self.examples.loc[self.examples["partition"] == partition, "file"]]

    @property
    def originals(self) -> npt.NDArray[np.bool_]:
        """Which of the training files are no copies, shape (n,), in the order of `files`."""
        learnt = self.examples[self.examples["partition"] == "train"]
        return (learnt["copy"] == "0").to_numpy(dtype=bool)

    def clinical(self, partition: str) -> Clinical:
        """What is stated of the images of train or validation, in the order of `files`; see core.clinical."""
        rows = self.examples[self.examples["partition"] == partition]
        return encoded(rows["age"], rows["sex"], rows["site"], self.params.clinical)

    def groups(self, partition: str) -> list[str]:
        """The groups of the images of train or validation, in the order of `files`; see model.examples."""
        return list(self.examples.loc[self.examples["partition"] == partition, "group_id"])

    def labels(self, partition: str) -> npt.NDArray[np.int64]:
        """The numbers of the classes of train or validation, shape (n,), in the order of `files`."""
        diagnoses = self.examples.loc[self.examples["partition"] == partition, "diagnosis"]
        return np.array([self.classes.index(name) for name in diagnoses], dtype=np.int64)


def job_of(
    examples: pd.DataFrame,
    ledger: pd.DataFrame,
    accepted: pd.DataFrame,
    params: TrainParams,
    sections: Mapping[str, Any],
    limits: Limits | None = None,
) -> Job:
    """Describe a training; the files of the examples are read once, for their digests.

    Args:
        examples: EXAMPLE_COLUMNS, checked (see model.examples).
        ledger: LEDGER_COLUMNS; a generated image in any partition, test too, makes the model a phantom, and so does
            one that the weights have learnt from.
        accepted: ACCEPTED_COLUMNS.
        sections: of params.yaml, up to and including train.
        limits: how far each image is varied anew in every epoch; None: it is not.

    Raises:
        TrainingError: weights that cannot be had, or that know what they are to be judged by.
    """
    befores = {each: learnt_before(each) for each in dict.fromkeys(params.weights_of_members)}
    for each, seen in befores.items():
        refuse_known(seen, ledger, accepted, each)
    before = pd.concat(befores.values()).drop_duplicates()
    n_before = len(before.drop_duplicates(["image_id", "sha256"]))  # chosen by once, learnt from later: one image
    classes = in_order(accepted["diagnosis"])
    weights = {each: weights_digest(each) for each in befores}
    used = accepted[accepted["image_id"].isin(examples["image_id"])]
    digests, code = file_digests(examples), code_digest()
    images = images_fingerprint(examples, digests)
    data = _data(examples, used, classes, data_fingerprint(examples, digests), n_before)
    return Job(
        params=params,
        limits=limits,
        sections=sections,
        examples=examples,
        classes=classes,
        data=data,
        before=before,
        phantom=is_phantom(accepted[accepted["image_id"].isin(_in_use(ledger))]) or is_phantom(before),
        fingerprint=training_fingerprint(params, data.fingerprint, code, weights, limits),
        trunk_fingerprints={each: trunk_fingerprint(params, images, code, digest) for each, digest in weights.items()},
    )


def card_of(
    job: Job, history: list[Row], decided: Decided, n_parameters: int, versions: dict[str, str], git: Git | None
) -> Card:
    """The card of a finished training; `git`: what it ran at."""
    return Card(
        fingerprint=job.fingerprint,
        phantom=job.phantom,
        classes=job.classes,
        input=Input(image_size_px=job.params.image_size_px),
        architecture=job.params.architecture,
        n_parameters=n_parameters,
        seed=job.params.seed,
        params=dict(job.sections),
        data=job.data,
        best_epoch=best_epoch(history),
        epochs=len(history),
        **decided._asdict(),
        versions=versions,
        git=git,
    )


def _in_use(ledger: pd.DataFrame) -> pd.Series:
    return ledger.loc[ledger["partition"].isin(PARTITIONS), "image_id"]


def _data(
    examples: pd.DataFrame, used: pd.DataFrame, classes: tuple[str, ...], fingerprint: str, n_before: int
) -> Data:
    learnt = examples[examples["partition"] == "train"]
    chosen = examples[examples["partition"] == "validation"]
    return Data(
        fingerprint=fingerprint,
        sources={str(name): int(n) for name, n in sorted(used["source"].value_counts().items())},
        train=counts(learnt.drop_duplicates("image_id")["diagnosis"], classes),
        copies=counts(learnt.loc[learnt["copy"] != "0", "diagnosis"], classes),
        validation=counts(chosen["diagnosis"], classes),
        before=n_before,
    )
