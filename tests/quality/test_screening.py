import numpy as np
import pandas as pd
import pytest

from dermaflow.core.lesions import ACCEPTED_COLUMNS, QUARANTINE_COLUMNS
from dermaflow.quality.facts import measure_images
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.screening import Screened, screen, with_content_group

PARAMS = ValidateParams(min_side_px=32, min_images_per_diagnosis=2, max_quarantined_frac=0.3, near_copy_max_bits=3)


@pytest.fixture
def screened(tmp_path, ingested):
    """Screen images given as (row, bytes of the file)."""

    def _screen(*given: tuple[dict[str, str], bytes], params: ValidateParams = PARAMS) -> Screened:
        for row, data in given:
            (tmp_path / row["image_id"]).write_bytes(data)
        names = dict.fromkeys(row["image_id"] for row, _ in given)
        facts = measure_images([(name, tmp_path / name) for name in names])
        contents = facts.set_index("image_id")["sha256"]
        return screen(ingested(*({"sha256": contents[row["image_id"]], **row} for row, _ in given)), facts, params)

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


def test_the_arguments_are_left_as_they_are(ingested):
    rows = ingested({"image_id": "a"})
    before = rows.copy()
    facts = pd.DataFrame(
        {"image_id": ["a"], "perceptual_hash": ["0f" * 8], "thumbnail": [np.zeros(1024, "u1").tobytes()]}
    )

    assert with_content_group(rows, facts, 3)["content_group"].tolist() == ["a"]
    pd.testing.assert_frame_equal(rows, before)
