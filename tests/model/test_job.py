"""A training in words, before and after."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dermaflow.core.clinical import COLUMNS, encoded
from dermaflow.core.lesions import ACCEPTED_COLUMNS, HISTORY_COLUMNS, SEEN_COLUMNS, write_table
from dermaflow.model.calibration import Decided
from dermaflow.model.card import Git, OperatingPoint
from dermaflow.model.examples import EXAMPLE_COLUMNS
from dermaflow.model.job import Job, card_of, job_of
from dermaflow.model.params import TrainParams

ACCEPTED = [("a", "melanoma", "isic9"), ("b", "nevus", "ham"), ("c", "nevus", "ham"), ("t", "nevus", "phantom-a")]


def tables(rows: list[tuple[str, str, str]], **partitions: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ledger and accepted images; an image that no partition is given for is in train."""
    accepted = pd.DataFrame(rows, columns=["image_id", "diagnosis", "source"])
    partition = [partitions.get(name, "train") for name in accepted["image_id"]]
    return accepted[["image_id"]].assign(partition=partition), accepted


@pytest.fixture
def job(params: TrainParams, tmp_path: Path) -> Job:
    rows = [("a", "0", "melanoma", "train"), ("a", "1", "melanoma", "train"), ("b", "0", "nevus", "train")]
    rows += [("c", "0", "nevus", "validation")]
    examples = pd.DataFrame(
        [(*row, str(tmp_path / f"{row[0]}-{row[1]}.jpg"), f"g-{row[0]}", "40", "", "back") for row in rows],
        columns=list(EXAMPLE_COLUMNS),
    )
    for file in examples["file"]:
        Path(file).write_text(file)
    ledger, accepted = tables(ACCEPTED, c="validation", t="withdrawn")
    return job_of(examples, ledger, accepted, params, {"train": params.model_dump()})


def test_a_job_counts_originals_copies_and_validation_by_class_and_images_by_source(job: Job) -> None:
    assert job.data.train == {"melanoma": 1, "nevus": 1}
    assert job.data.copies == {"melanoma": 1, "nevus": 0}
    assert job.data.validation == {"melanoma": 0, "nevus": 1}
    assert job.data.sources == {"ham": 2, "isic9": 1}
    assert job.name == f"cnn 24px · ham+isic9 · {job.fingerprint[:8]}"
    assert job.labels("train").tolist() == [0, 0, 1]
    assert [file.name for file in job.files("validation")] == ["c-0.jpg"]
    assert job.originals.tolist() == [True, False, True]


def test_a_job_that_begins_with_a_model_counts_what_that_one_has_seen(job: Job, tmp_path: Path) -> None:
    assert job.data.before == 0
    (tmp_path / "model.keras").write_text("weights")
    blank = dict.fromkeys(SEEN_COLUMNS, "")
    seen = pd.DataFrame([blank | {"image_id": name, "sha256": "hash", "partition": "train"} for name in "xyz"])
    write_table(seen, SEEN_COLUMNS, tmp_path / "seen.csv")
    begun = job.params.model_copy(update={"weights": str(tmp_path)})
    ledger, accepted = tables(ACCEPTED, c="validation", t="withdrawn")
    known = accepted.reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
    other = job_of(job.examples, ledger, known, begun, job.sections)
    assert other.data.before == len(other.before) == 3
    assert other.fingerprint != job.fingerprint
    assert not other.phantom
    twice = pd.concat(
        [seen, seen[:1].assign(partition="validation")]
    )  # one model chose by it, a later one learnt from it
    write_table(twice, SEEN_COLUMNS, tmp_path / "seen.csv")
    assert job_of(job.examples, ledger, known, begun, job.sections).data.before == 3
    write_table(seen.assign(source="phantom-7"), SEEN_COLUMNS, tmp_path / "seen.csv")
    assert job_of(job.examples, ledger, known, begun, job.sections).phantom


def test_a_job_states_what_the_parameters_let_it(job: Job) -> None:
    assert not job.clinical("train").any()
    for used in (["age"], ["age", "sex", "site"]):
        asked = replace(job, params=job.params.model_copy(update={"clinical": used}))
        np.testing.assert_array_equal(asked.clinical("train"), encoded(["40"] * 3, [""] * 3, ["back"] * 3, used))
        assert asked.clinical("validation").shape == (1, len(COLUMNS))


@pytest.mark.parametrize("partition", ["train", "validation", "test"])
def test_a_generated_image_in_any_partition_makes_a_phantom_and_nothing_else_does(job: Job, partition: str) -> None:
    assert not job.phantom  # the ledger has withdrawn the only generated one
    ledger, accepted = tables(ACCEPTED, c="validation", t=partition)
    tainted = job_of(job.examples, ledger, accepted, job.params, {})
    assert tainted.phantom
    assert tainted.fingerprint == job.fingerprint
    assert not job_of(job.examples, ledger.iloc[:3], accepted, job.params, {}).phantom


def test_the_card_of_a_job_names_the_epoch_that_was_kept(job: Job) -> None:
    history = [dict.fromkeys(HISTORY_COLUMNS[1:], loss) for loss in (3.0, 1.0, 2.0)]
    point = OperatingPoint(
        diagnosis="melanoma", min_sensitivity=0.95, threshold=0.2, sensitivity=0.96, specificity=0.5, n=25
    )
    decided = Decided(
        temperature=1.3, operating_point=point, familiarity=None, validation={}, clinical=None, members=(), averages=()
    )
    card = card_of(job, history, decided, 123, {"keras": "3"}, Git(commit="c" * 40, dirty=True))
    assert (
        card.temperature,
        card.operating_point,
        card.familiarity,
        card.validation,
        card.clinical,
        card.members,
        card.averages,
    ) == decided
    assert (card.best_epoch, card.epochs, card.seed, card.n_parameters) == (2, 3, 7, 123)
    assert (card.fingerprint, card.data, card.phantom) == (job.fingerprint, job.data, False)
    assert card.git == Git(commit="c" * 40, dirty=True)
    assert card.input.image_size_px == 24
    assert card.params == {"train": job.params.model_dump()}
