import numpy as np
import pandas as pd
import pytest

from dermaflow.core.lesions import ACCEPTED_COLUMNS, QUARANTINE_COLUMNS
from dermaflow.quality.facts import measure_images
from dermaflow.quality.knowledge import informed
from dermaflow.quality.measurements import NEAR_COLUMNS, near_pairs
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.pictures import with_content_groups, with_pictures
from dermaflow.quality.screening import Screened, screen

PARAMS = ValidateParams(
    unconfirmed_labels="use",
    min_side_px=32,
    min_images_per_diagnosis=2,
    max_quarantined_frac=0.3,
    withheld_sources=[],
    tolerated_faults=[],
    near_copy_min_likeness=0.97,
    seed=7,
)


@pytest.fixture
def screened(tmp_path, ingested, authorities):
    """Screen images given as (row, bytes of the file)."""

    def _screen(*given: tuple[dict[str, str], bytes], said=(), params: ValidateParams = PARAMS) -> Screened:
        for row, data in given:
            (tmp_path / row["image_id"]).write_bytes(data)
        names = dict.fromkeys(row["image_id"] for row, _ in given)
        facts = measure_images([(name, tmp_path / name) for name in names])
        contents = facts.set_index("image_id")["sha256"]
        rows = ingested(*({"sha256": contents[row["image_id"]], **row} for row, _ in given))
        none = pd.DataFrame(columns=list(NEAR_COLUMNS), dtype=str)
        near = near_pairs(facts, params.near_copy_min_likeness, none, np.ones(len(facts), dtype=bool))
        spoken = authorities(*said)
        known = informed(with_content_groups(with_pictures(rows, facts), near), spoken)
        return screen(known, spoken, facts, params)

    return _screen


def reasons(result: Screened) -> dict[str, str]:
    return dict(zip(result.quarantine["file"], result.quarantine["reason"], strict=True))


def test_sound_images_are_accepted_with_their_own_group(screened, draw, encode):
    result = screened(*(({"image_id": name}, encode(draw(seed))) for seed, name in enumerate("abc")))

    assert list(result.accepted.columns) == list(ACCEPTED_COLUMNS)
    assert result.accepted["content_group"].tolist() == ["a", "b", "c"]
    assert list(result.quarantine.columns) == list(QUARANTINE_COLUMNS)
    assert result.quarantine.empty


def test_every_row_ends_in_exactly_one_table_with_its_reason(screened, draw, encode):
    result = screened(
        ({"image_id": "good1"}, encode(draw(1))),
        ({"image_id": "good2"}, encode(draw(2))),
        ({"image_id": "copy", "file": "z.jpg"}, encode(draw(2))),
        ({"image_id": "torn", "file": "n.jpg"}, encode(draw(3))),
        ({"image_id": "torn", "file": "m.jpg", "diagnosis": "melanoma"}, encode(draw(3))),
        ({"image_id": "empty", "file": "e.jpg"}, b""),
        ({"image_id": "rare", "file": "r.jpg", "diagnosis": "dermatofibroma"}, encode(draw(4))),
    )

    assert result.accepted["image_id"].tolist() == ["good1", "good2"]
    assert reasons(result) == {
        "z.jpg": "exact-copy",
        "n.jpg": "contradicting-labels",
        "m.jpg": "contradicting-labels",
        "e.jpg": "empty-file",
        "r.jpg": "diagnosis-too-rare",
    }


def test_a_faulty_image_under_two_labels_is_faulty_in_both_rows(screened):
    result = screened(
        ({"image_id": "a", "file": "1"}, b""), ({"image_id": "a", "file": "2", "diagnosis": "melanoma"}, b"")
    )
    assert reasons(result) == {"1": "empty-file", "2": "empty-file"}


def test_near_copies_share_a_group_and_stay(screened, draw, encode):
    result = screened(
        ({"image_id": "b"}, encode(draw(1), quality=90)),
        ({"image_id": "a"}, encode(draw(1), quality=40)),
        ({"image_id": "c"}, encode(draw(2))),
    )
    assert result.accepted["content_group"].tolist() == ["a", "a", "c"]


def test_near_copies_under_two_diagnoses_are_no_label_to_learn(screened, draw, encode):
    result = screened(
        ({"image_id": "a", "file": "a.jpg"}, encode(draw(1), quality=90)),
        ({"image_id": "b", "file": "b.jpg", "diagnosis": "melanoma"}, encode(draw(1), quality=40)),
        ({"image_id": "c"}, encode(draw(2))),
        ({"image_id": "d"}, encode(draw(3))),
    )
    assert reasons(result) == {"a.jpg": "near-copies-contradict", "b.jpg": "near-copies-contradict"}
    assert result.accepted["image_id"].tolist() == ["c", "d"]


def test_a_diagnosis_is_counted_after_everything_else_has_left(screened, draw, encode):
    result = screened(
        ({"image_id": "a"}, encode(draw(1))),
        ({"image_id": "b"}, encode(draw(2))),
        ({"image_id": "c", "file": "c", "diagnosis": "melanoma"}, encode(draw(3))),
        ({"image_id": "d", "file": "d", "diagnosis": "melanoma"}, encode(draw(3))),
    )
    assert reasons(result) == {"c": "diagnosis-too-rare", "d": "exact-copy"}


def test_no_image_left_gives_empty_tables_and_no_crash(screened):
    result = screened(({"image_id": "a"}, b""))

    assert result.accepted.empty
    assert list(result.accepted.columns) == list(ACCEPTED_COLUMNS)


def test_what_an_authority_settles_is_accepted_with_the_official_label_and_on_record(screened, draw, encode):
    torn = (
        ({"image_id": "a", "file": "n.jpg"}, encode(draw(3))),
        ({"image_id": "a", "file": "m.jpg", "diagnosis": "melanoma"}, encode(draw(3))),
        ({"image_id": "b", "diagnosis": "melanoma"}, encode(draw(4))),
    )
    result = screened(*torn, said=[{"image_id": "a", "label": "melanoma"}])
    assert result.accepted[["image_id", "diagnosis", "confirmed_by"]].to_numpy().tolist() == [
        ["a", "melanoma", "board"],
        ["b", "melanoma", ""],
    ]
    assert reasons(result) == {"n.jpg": "exact-copy"}
    assert result.corrections["file"].tolist() == ["n.jpg"]


def test_labels_that_nobody_confirms_are_used_or_not_as_the_parameter_says(screened, draw, encode):
    images = [({"image_id": name}, encode(draw(seed))) for seed, name in enumerate("abc")]
    said = [{"image_id": name, "label": "nevus"} for name in "ab"]
    strict = PARAMS.model_copy(update={"unconfirmed_labels": "quarantine"})
    assert len(screened(*images, said=said).accepted) == 3
    result = screened(*images, said=said, params=strict)
    assert result.accepted["image_id"].tolist() == ["a", "b"]
    assert reasons(result) == {"nevus/c.jpg": "label-not-confirmed"}


def test_what_is_for_another_task_leaves_with_its_near_copies_before_anything_is_judged(screened, draw, encode):
    result = screened(
        ({"image_id": "a", "file": "a.jpg", "source": "other"}, encode(draw(1), quality=90)),
        ({"image_id": "b", "file": "b.jpg", "diagnosis": "melanoma"}, encode(draw(1), quality=40)),
        ({"image_id": "broken", "file": "broken.jpg", "source": "other"}, b""),
        ({"image_id": "c"}, encode(draw(2))),
        ({"image_id": "d"}, encode(draw(3))),
        params=PARAMS.model_copy(update={"withheld_sources": ["other"]}),
    )
    assert reasons(result) == dict.fromkeys(["a.jpg", "b.jpg", "broken.jpg"], "withheld")
    assert result.accepted["image_id"].tolist() == ["c", "d"]
