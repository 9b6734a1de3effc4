"""Train a model on the planned images; choose its epoch on the validation images.

Reads   data/augment/plan.csv and the images that it names, data/split/ledger.csv, data/validate/lesions.csv,
        data/ingest/images, params.yaml
Writes  models/train/model.keras, model.onnx, card.json, history.csv, seen.csv
        (.cache/train/<fingerprint>/ while it runs: what an interrupted training goes on from;
        .cache/train/trunk-<fingerprint>/: what frozen layers give, this training's and one more, for a week)
Run     python -m dermaflow.stages.train
"""

import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dermaflow.augment.params import AugmentParams
from dermaflow.core import paths
from dermaflow.core.errors import run
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    LEDGER_COLUMNS,
    PLAN_COLUMNS,
    SEEN_COLUMNS,
    read_table,
    write_table,
)
from dermaflow.core.locks import only_one
from dermaflow.core.params import SECTIONS, load_params, read_sections
from dermaflow.model.archive import save_model
from dermaflow.model.calibration import Decided, as_exported
from dermaflow.model.card import Git, write_card
from dermaflow.model.checkpoint import abandoned, best_epoch, remove, superseded, trunk_folder, write_history
from dermaflow.model.clinical import Known
from dermaflow.model.examples import examples_of, seen_images
from dermaflow.model.job import Job, card_of, job_of
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Labelled, decoded
from dermaflow.tracking.git import CHANGED_TAG, COMMIT_TAG, git_state
from dermaflow.tracking.runs import live_run

if TYPE_CHECKING:
    from dermaflow.model.training import Trained

UP_TO_TRAINING = SECTIONS[: SECTIONS.index("train") + 1]


def main() -> None:
    """Train, and write what came of it; a second process with the very same training waits."""
    accepted = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)
    job, git = read_job(accepted), git_of(Path.cwd())
    folder = paths.CHECKPOINTS / job.fingerprint
    with only_one(folder.with_suffix(".lock"), "this very training"):
        trained, used = trained_by(job, folder)
        write_history(trained.histories, paths.HISTORY)
        write_table(seen_images(job.examples, accepted, job.before), SEEN_COLUMNS, paths.SEEN)
        write_card(
            card_of(job, trained.histories[0], trained.decided, trained.model.count_params(), used, git), paths.CARD
        )
        clean_up(folder, trunks_of(job).values())
    first = trained.histories[0]
    best = best_epoch(first)
    print(f"kept epoch {best}, validation loss {first[best - 1]['val_loss']:.3f}: {paths.MODEL}", flush=True)
    print("\n".join(in_words(trained.decided, job.params)), flush=True)


def trained_by(job: Job, folder: Path) -> tuple["Trained", dict[str, str]]:
    """Train, and write the model; the versions of what it was trained with.

    Decode first, then train: TensorFlow starts threads, after which no process may be forked.
    """
    learnt, validation = (
        Labelled(decoded(job.files(part), job.params.image_size_px, folder / f"{part}.npy"), job.labels(part))
        for part in ("train", "validation")
    )
    with live_run(job.fingerprint, job.phantom, job.name, job.sections) as log_epoch:
        from dermaflow.model.backend import versions  # noqa: PLC0415 - see above
        from dermaflow.model.onnx_file import write_onnx  # noqa: PLC0415 - see above
        from dermaflow.model.session import Session  # noqa: PLC0415 - likewise
        from dermaflow.model.training import Material, train  # noqa: PLC0415 - see above

        material = Material(learnt, validation, job.originals, job.classes, known_of(job), job.limits)
        trained = train(material, job.params, folder, trunks_of(job), log_epoch)
        save_model(trained.model, paths.MODEL)
        clinical = job.clinical("validation")
        write_onnx(trained.model, validation.inputs, paths.ONNX, clinical)
        print(f"asking {paths.ONNX} about {len(validation.labels):,} validation images", flush=True)
        said = Session(paths.ONNX).run_all(validation.inputs, clinical).probabilities
        asked, groups = job.params.min_melanoma_sensitivity, job.groups("validation")
        decided = as_exported(trained.decided, said, validation.labels, job.classes, asked, groups)
    return trained._replace(decided=decided), versions()


def in_words(decided: Decided, params: TrainParams) -> Iterator[str]:
    """What the validation images have decided, for the person who waits."""
    adjusted = ", before logits are adjusted" if params.balance == "logits" else ""
    for held in decided.averages:
        word = "kept" if held.kept else "not kept, for it does not help"
        yield (
            f"the mean over {held.n} {held.what} on the validation images{adjusted}: {_told(held.averaged)}; "
            f"the first alone: {_told(held.single)}: {word}"
        )
    yield (
        f"the model on the validation images, as calibrated (temperature {decided.temperature:.2f}): "
        f"{_told(decided.validation)}"
    )
    if use := decided.clinical:
        told = ", ".join(f"{name} {n:,}" for name, n in use.stated.items())
        yield (
            f"stated beside the image, of {use.n:,} training images: {told}; believed by {use.strength:.2f}. "
            f"Without it: {_told(use.image_alone)}"
        )
    point = decided.operating_point
    if point is None:
        yield "no operating point: melanoma is no class, or no validation image shows it"
        return
    specificity = "undefined" if point.specificity is None else f"{point.specificity:.2f}"
    yield (
        f"melanoma is suspected from a probability of {point.threshold:.3f} on: sensitivity {point.sensitivity:.2f}, "
        f"specificity {specificity} on the validation images ({point.n} of melanoma, {point.n_groups} groups)"
    )


def _told(scores: Mapping[str, float]) -> str:
    return (
        f"loss {scores['val_loss']:.3f}, accuracy {scores['val_accuracy']:.3f}, "
        f"balanced accuracy {scores['val_balanced_accuracy']:.3f}"
    )


def known_of(job: Job) -> Known | None:
    """What is stated of the training's images; None where the model is to take the image alone."""
    if not job.params.clinical:
        return None
    originals = job.originals
    return Known(
        originals=job.clinical("train")[originals],
        labels=job.labels("train")[originals],
        validation=job.clinical("validation"),
        groups=job.groups("validation"),
    )


def read_job(accepted: pd.DataFrame) -> Job:
    """Read parameters, plan and ledger, and say what they come to."""
    params = load_params("train", TrainParams)
    limits = load_params("augment", AugmentParams) if params.on_the_fly else None
    sections = {name: section for name, section in read_sections().items() if name in UP_TO_TRAINING}
    plan, ledger = read_table(paths.PLAN, PLAN_COLUMNS), read_table(paths.LEDGER, LEDGER_COLUMNS)
    job = job_of(examples_of(plan, ledger, accepted, params.clinical), ledger, accepted, params, sections, limits)
    n_train, n_copies = sum(job.data.train.values()), sum(job.data.copies.values())
    print(
        f"{job.name}: {len(job.classes)} classes; {n_train:,} training images and {n_copies:,} copies, "
        f"{sum(job.data.validation.values()):,} validation images",
        flush=True,
    )
    return job


def git_of(folder: Path) -> Git | None:
    """The commit that the training runs at; it travels with the model, which may be logged at a later one."""
    state = git_state(folder)
    return Git(commit=state[COMMIT_TAG], dirty=state[CHANGED_TAG] == "yes") if state else None


def trunks_of(job: Job) -> dict[str, Path]:
    """Where what frozen layers give lies, by the weights that networks begin with."""
    return {weights: trunk_folder(paths.CHECKPOINTS, digest) for weights, digest in job.trunk_fingerprints.items()}


def clean_up(folder: Path, trunks: Collection[Path]) -> None:
    """Remove the checkpoint of this training, and those that nobody has gone on from for long.

    Args:
        trunks: what frozen layers gave to this training: it stays, for the next one may begin with it.
    """
    for each in (folder, *superseded(paths.CHECKPOINTS, trunks)):
        remove(each)
    old = abandoned(paths.CHECKPOINTS, time.time())
    for each in old:
        remove(each)
    if old:
        print(f"removed {len(old)} folders of trainings that nobody has gone on from for 7 days", flush=True)


if __name__ == "__main__":
    run(main)
