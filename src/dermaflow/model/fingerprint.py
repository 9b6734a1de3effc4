"""What identifies a training: the digests of its data, its code, its parameters and what it runs on. No Keras.

The same fingerprint means the same training: MLflow finds a run by it, an interrupted training its checkpoint.
"""

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import pandas as pd

import dermaflow
from dermaflow.core.clinical import ATTRIBUTES
from dermaflow.core.errors import TrainingError
from dermaflow.core.files import sha256_hex
from dermaflow.core.parallel import cores, parallel_map
from dermaflow.core.variation import Limits
from dermaflow.model.earlier import weights_path
from dermaflow.model.params import IMAGENET, NO_WEIGHTS, TrainParams

_PACKAGE = Path(dermaflow.__file__).parent
_LIBRARIES = ("keras", "tensorflow", "tensorflow-cpu")  # one of the last two: with GPUs, or without
_NAMING_A_PROCESSOR = ("vendor_id", "cpu family", "model", "model name", "CPU implementer", "CPU part")  # the last: ARM


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_digests(examples: pd.DataFrame, workers: int | None = None) -> list[str]:
    """The digests of the files of EXAMPLE_COLUMNS (see model.examples), in their order."""
    return list(parallel_map(file_digest, [Path(file) for file in examples["file"]], "files hashed", workers))


def images_fingerprint(examples: pd.DataFrame, digests: Sequence[str]) -> str:
    """The digest of the images of each partition in their order, whatever is said of them.

    Args:
        examples: EXAMPLE_COLUMNS; digests: as `file_digests` gives them.
    """
    return _digest([*map(list, zip(examples["partition"], digests, strict=True))])


def data_fingerprint(examples: pd.DataFrame, digests: Sequence[str]) -> str:
    """The digest of which images with which bytes, labels, partitions, groups and statements are used, in any order.

    Args:
        examples: EXAMPLE_COLUMNS; digests: as `file_digests` gives them.
    """
    columns = [examples[name] for name in ("image_id", "copy", "diagnosis", "partition", "group_id", *ATTRIBUTES)]
    return _digest(sorted([*map(str, row), digest] for *row, digest in zip(*columns, digests, strict=True)))


def code_digest(package: Path = _PACKAGE) -> str:
    """The digest of the code that decides what a training yields: core, model and the stage itself."""
    files = [*(package / "core").glob("*.py"), *(package / "model").glob("*.py"), package / "stages" / "train.py"]
    return _digest(sorted([file.relative_to(package).as_posix(), file_digest(file)] for file in files))


def weights_digest(weights: str) -> str:
    """What the weights are that a network begins with: the digest of their file, else their name.

    Raises:
        TrainingError: there is no such file.
    """
    if weights in (NO_WEIGHTS, IMAGENET):
        return weights
    try:
        return file_digest(weights_path(weights))
    except OSError as error:
        raise TrainingError(
            f"weights: expected {NO_WEIGHTS}, {IMAGENET}, a Keras weights file or the folder of a model, "
            f"received {weights} ({error.strerror})"
        ) from error


def first_weights(params: TrainParams) -> dict[str, str | list[str]]:
    """What networks begin with, by content, as parameters name it: what is kept for DVC, which sees the names only.

    Raises:
        TrainingError: there is no such file.
    """
    return {
        "weights": weights_digest(params.weights),
        "further_weights": [weights_digest(each) for each in params.further_weights],
    }


def training_fingerprint(
    params: TrainParams, data: str, code: str, weights: Mapping[str, str], limits: Limits | None = None
) -> str:
    """The digest of a whole training: parameters, data, code, the weights that it begins with, and what it runs on.

    Other libraries and processors calculate otherwise, so that the model is another one and needs a run of its own.

    Args:
        weights: for each of params.weights_of_members its digest: the file's content counts, not where it lies.
        limits: how far each image is varied anew in every epoch; None: it is not.
    """
    further = [weights[each] for each in params.further_weights]
    train = params.model_dump() | {"weights": weights[params.weights], "further_weights": further}
    varied = limits.model_dump(include=set(Limits.model_fields)) if limits else None
    return _digest({"train": train, "varied": varied, "data": data, "code": code, **_runs_on()})


def trunk_fingerprint(params: TrainParams, images: str, code: str, weights: str) -> str:
    """The digest of all that decides what the frozen layers give: trainings that share it share their activations.

    Args:
        images: as `images_fingerprint` gives it, for the activations stand in the order of the images.
    """
    decides = (
        "architecture",
        "image_size_px",
        "backbone_options",
        "frozen_through",
        "frozen_batch_norm",
        "mixed_precision",
    )
    values = {name: getattr(params, name) for name in decides}
    return _digest({**values, "weights": weights, "images": images, "code": code, **_runs_on()})


def _runs_on() -> dict[str, object]:
    """What calculates: the libraries, the processors, among how many of them a sum is divided, and NVIDIA's GPUs."""
    libraries = {found.name: found.version for name in _LIBRARIES for found in distributions(name=name)}
    return {"libraries": libraries, "processor": processor(), "processors": cores(), "gpus": gpus()}


@cache
def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> list[str]:
    """The maker and the model of the processor as Linux, or else Python, names them."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return [platform.machine(), platform.processor()]
    return sorted({line for line in lines if line.partition(":")[0].strip() in _NAMING_A_PROCESSOR})


def gpus(driver: Path = Path("/proc/driver/nvidia/gpus")) -> list[str]:
    """The models of the GPUs that NVIDIA's driver names and that are left visible; none without the driver."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return []
    lines = [line for file in driver.glob("*/information") for line in file.read_text(errors="replace").splitlines()]
    return sorted(line.partition(":")[2].strip() for line in lines if line.startswith("Model:"))


def _digest(value: object) -> str:
    return sha256_hex(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())
