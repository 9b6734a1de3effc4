"""A training in words, before and after."""

from pathlib import Path

import pandas as pd
import pytest

from dermaflow.model.checkpoint import HISTORY_COLUMNS
from dermaflow.model.examples import EXAMPLE_COLUMNS
from dermaflow.model.job import Job, card_of, job_of
from dermaflow.model.params import TrainParams


@pytest.fixture
def job(params: TrainParams, tmp_path: Path) -> Job:
    rows = [("a", "0", "melanoma", "train"), ("a", "1", "melanoma", "train"), ("b", "0", "nevus", "train")]
    rows += [("c", "0", "nevus", "validation")]
    examples = pd.DataFrame(
        [(*row, str(tmp_path / f"{row[0]}-{row[1]}.jpg")) for row in rows], columns=list(EXAMPLE_COLUMNS)
    )
    for file in examples["file"]:
        Path(file).write_text(file)
    accepted = pd.DataFrame(
        [("a", "melanoma", "isic9"), ("b", "nevus", "ham"), ("c", "nevus", "ham"), ("t", "nevus", "phantom-a")],
        columns=["image_id", "diagnosis", "source"],
    )
    return job_of(examples, accepted, params, {"train": params.model_dump()})


def test_a_job_counts_originals_copies_and_validation_by_class_and_images_by_source(job: Job) -> None:
    assert job.data.train == {"melanoma": 1, "nevus": 1}
    assert job.data.copies == {"melanoma": 1, "nevus": 0}
    assert job.data.validation == {"melanoma": 0, "nevus": 1}
    assert job.data.sources == {"ham": 2, "isic9": 1}
    assert job.name == f"cnn 24px · ham+isic9 · {job.fingerprint[:8]}"
    assert job.labels("train").tolist() == [0, 0, 1]
    assert [file.name for file in job.files("validation")] == ["c-0.jpg"]


def test_what_was_trained_on_decides_whether_a_model_is_phantom(job: Job) -> None:
    assert not job.phantom
    used = pd.DataFrame(
        [("a", "melanoma", "phantom-b"), ("b", "nevus", "ham")], columns=["image_id", "diagnosis", "source"]
    )
    assert job_of(job.examples, used, job.params, {}).phantom


def test_the_card_of_a_job_names_the_epoch_that_was_kept(job: Job) -> None:
    history = [dict.fromkeys(HISTORY_COLUMNS[1:], loss) for loss in (3.0, 1.0, 2.0)]
    card = card_of(job, history, 123, {"keras": "3"})
    assert (card.best_epoch, card.epochs, card.seed, card.n_parameters) == (2, 3, 7, 123)
    assert (card.fingerprint, card.data, card.phantom) == (job.fingerprint, job.data, False)
    assert card.input.image_size_px == 24
    assert card.params == {"train": job.params.model_dump()}
