"""Which images are trained on."""

import pandas as pd
import pytest

from dermaflow.core.errors import TrainingError
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, PLAN_COLUMNS, SEEN_COLUMNS
from dermaflow.model.examples import EXAMPLE_COLUMNS, counts, examples_of, seen_images

PLAN = pd.DataFrame(
    [
        ("b", "nevus", "0", "data/ingest/images/b.jpg"),
        ("a", "melanoma", "1", "data/augment/images/a-1.jpg"),
        ("a", "melanoma", "0", "data/ingest/images/a.jpg"),
    ],
    columns=list(PLAN_COLUMNS),
)
LEDGER = pd.DataFrame(
    [
        ("a", "g1", "train"),
        ("b", "g2", "train"),
        ("c", "g3", "validation"),
        ("d", "g4", "test"),
        ("gone", "g5", "validation"),
    ],
    columns=list(LEDGER_COLUMNS[:3]),
)
ACCEPTED = (
    pd.DataFrame(
        [("a", "melanoma"), ("b", "nevus"), ("c", "nevus"), ("d", "melanoma")], columns=["image_id", "diagnosis"]
    )
    .reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
    .assign(sha256=lambda table: "hash of " + table["image_id"])
)


def test_examples_are_the_plan_and_the_validation_images_that_are_still_in_the_data() -> None:
    examples = examples_of(PLAN, LEDGER, ACCEPTED)
    assert examples.to_numpy().tolist() == [
        ["a", "0", "melanoma", "train", "data/ingest/images/a.jpg", "", "", "", ""],
        ["a", "1", "melanoma", "train", "data/augment/images/a-1.jpg", "", "", "", ""],
        ["b", "0", "nevus", "train", "data/ingest/images/b.jpg", "", "", "", ""],
        ["c", "0", "nevus", "validation", "data/ingest/images/c.jpg", "g3", "", "", ""],
    ]
    assert tuple(examples.columns) == EXAMPLE_COLUMNS


def test_only_what_is_used_is_stated_of_an_image_and_of_its_copies() -> None:
    known = ACCEPTED.assign(age=["40", "", "60", "70"], sex="male", site="back")
    examples = examples_of(PLAN, LEDGER, known, ["age", "site"])
    assert examples["age"].tolist() == ["40", "40", "", "60"]
    assert set(examples["sex"]) == {""}
    assert set(examples["site"]) == {"back"}
    assert examples["group_id"].tolist() == ["", "", "", "g3"]
    pd.testing.assert_frame_equal(examples_of(PLAN, LEDGER, known), examples_of(PLAN, LEDGER, ACCEPTED))


def test_the_order_of_the_tables_does_not_matter() -> None:
    shuffled = examples_of(PLAN[::-1], LEDGER[::-1], ACCEPTED[::-1])
    pd.testing.assert_frame_equal(shuffled, examples_of(PLAN, LEDGER, ACCEPTED))


def test_seen_images_name_each_original_once_with_the_hash_of_its_file() -> None:
    known = ACCEPTED.assign(isic_id="I", lesion_id=["L1", "L2", "L3", "L4"], also_lesion_id="M", patient_id="P").assign(
        source="S", licence="CC-0", attribution="A"
    )
    seen = seen_images(examples_of(PLAN, LEDGER, ACCEPTED), known, pd.DataFrame(columns=list(SEEN_COLUMNS)))
    assert seen[list(SEEN_COLUMNS)].to_numpy().tolist() == [
        ["a", "hash of a", "train", "", "I", "L1", "M", "P", "S", "CC-0", "A"],
        ["b", "hash of b", "train", "", "I", "L2", "M", "P", "S", "CC-0", "A"],
        ["c", "hash of c", "validation", "", "I", "L3", "M", "P", "S", "CC-0", "A"],
    ]


def test_what_the_first_weights_have_learnt_from_counts_as_seen_too() -> None:
    before = pd.DataFrame(
        [("a", "old", "train", *[""] * 8), ("z", "hash of z", "validation", "", "", "L", *[""] * 5)],
        columns=list(SEEN_COLUMNS),
    )
    seen = seen_images(examples_of(PLAN, LEDGER, ACCEPTED), ACCEPTED, before)
    assert seen["image_id"].tolist() == ["a", "b", "c", "a", "z"]  # another picture may have the same name
    assert seen["sha256"].tolist() == ["hash of a", "hash of b", "hash of c", "old", "hash of z"]


def test_counts_name_every_class_in_order_and_also_the_empty_ones() -> None:
    assert list(counts(pd.Series(["nevus", "nevus"]), ("melanoma", "nevus")).items()) == [("melanoma", 0), ("nevus", 2)]


@pytest.mark.parametrize(
    ("plan", "ledger", "accepted", "message"),
    [
        (PLAN[:0], LEDGER, ACCEPTED, "the plan holds none"),
        (PLAN, LEDGER[LEDGER["partition"] != "validation"], ACCEPTED, "the ledger holds none"),
        (PLAN[:1], LEDGER, ACCEPTED, "received none of melanoma"),
        (PLAN, LEDGER, ACCEPTED[1:3], "expected two diagnoses or more, received nevus"),
        (PLAN, LEDGER[1:], ACCEPTED, r"1 others \(a"),
    ],
)
def test_data_that_nothing_can_be_trained_on_are_refused(
    plan: pd.DataFrame, ledger: pd.DataFrame, accepted: pd.DataFrame, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        examples_of(plan, ledger, accepted)
