import os
import time

import pandas as pd
import pytest

from dermaflow.quality import measurements
from dermaflow.quality.measurements import NEAR_COLUMNS, measured

LIKE = 0.97


@pytest.fixture
def images(tmp_path, draw, encode):
    """Six images; the second is a recompressed copy of the first, and the last is no image."""
    contents = [encode(draw(1), quality=95), encode(draw(1), quality=50), *(encode(draw(n)) for n in (2, 3, 4)), b"x"]
    named = [(f"i{number}", tmp_path / f"{number}.jpg") for number in range(len(contents))]
    for (_, file), data in zip(named, contents, strict=True):
        file.write_bytes(data)
    return named


@pytest.fixture
def asked(monkeypatch):
    """The image_ids that were really measured, a list a call."""
    calls = []
    real = measurements.measure_images

    def watched(images):
        calls.append([image_id for image_id, _ in images])
        return real(images)

    monkeypatch.setattr(measurements, "measure_images", watched)
    return calls


def test_the_second_time_nothing_is_measured_and_the_same_is_known(images, tmp_path, asked):
    first = measured(images, LIKE, tmp_path / "kept")
    second = measured(images, LIKE, tmp_path / "kept")
    assert asked == [[f"i{n}" for n in range(6)], []]
    pd.testing.assert_frame_equal(first.facts, second.facts)
    assert first.near.to_numpy().tolist() == second.near.to_numpy().tolist() == [["i0", "i1"]]
    assert list(second.near.columns) == list(NEAR_COLUMNS)


def test_only_what_is_new_or_changed_is_measured_and_compared(images, tmp_path, asked, draw, encode):
    measured(images[:1] + images[2:], LIKE, tmp_path / "kept")
    images[3][1].write_bytes(encode(draw(2), quality=60))
    now = measured(images, LIKE, tmp_path / "kept")
    assert asked[1] == ["i1", "i3"]
    assert now.near.to_numpy().tolist() == [["i0", "i1"], ["i2", "i3"]]
    pd.testing.assert_frame_equal(now.facts, measured(images, LIKE, tmp_path / "anew").facts)
    assert measured(images, LIKE, tmp_path / "anew").near.equals(now.near)


def test_what_has_left_is_forgotten_and_a_changed_image_loses_its_old_pairs(images, tmp_path, draw, encode):
    measured(images, LIKE, tmp_path / "kept")
    images[1][1].write_bytes(encode(draw(9)))
    assert measured(images, LIKE, tmp_path / "kept").near.empty
    assert measured(images[2:], LIKE, tmp_path / "kept").facts["image_id"].tolist() == ["i2", "i3", "i4", "i5"]


def test_another_likeness_compares_everything_anew(images, tmp_path, asked):
    assert measured(images, 1.01, tmp_path / "kept").near.empty
    assert len(measured(images, LIKE, tmp_path / "kept").near) == 1
    assert asked[1] == []


@pytest.mark.parametrize("which", ["*", "near-*", "facts-*"])
@pytest.mark.parametrize("damage", [b"", b"PAR1 no table", None])
def test_a_damaged_or_missing_cache_is_measured_anew(images, tmp_path, damage, which):
    first = measured(images, LIKE, tmp_path / "kept")
    for file in (tmp_path / "kept").glob(which):
        file.unlink() if damage is None else file.write_bytes(damage)
    second = measured(images, LIKE, tmp_path / "kept")
    pd.testing.assert_frame_equal(first.facts, second.facts)
    assert first.near.equals(second.near)


def test_a_missing_file_is_looked_for_again(images, tmp_path, asked):
    images[2][1].unlink()
    for _ in range(2):
        facts = measured(images, LIKE, tmp_path / "kept").facts
        assert "missing" in facts["error"][2]
    assert asked[1] == ["i2"]


def test_files_of_older_code_are_removed(images, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "facts-0000.parquet").write_bytes(b"old")
    measured(images, LIKE, kept)
    assert sorted(file.name.partition("-")[0] for file in kept.iterdir()) == ["facts", "near"]


def test_no_image_at_all_is_no_error(tmp_path):
    assert measured([], LIKE, tmp_path / "kept").facts.empty


def test_the_same_bytes_written_again_are_measured_again_with_the_same_result(images, tmp_path, asked):
    first = measured(images, LIKE, tmp_path / "kept")
    os.utime(images[0][1], (time.time(), time.time() + 5))
    second = measured(images, LIKE, tmp_path / "kept")
    assert asked[1] == ["i0"]
    pd.testing.assert_frame_equal(first.facts, second.facts)
