"""The memory of what was read."""

import os

from dermaflow.sources.index import Content, read_index, state_of, write_index

INDEX = {
    'offered/a, "b".jpg': Content("12-3", "ab" * 32, generated=True),
    "stored/ä.jpg": Content("", "cd" * 32, generated=False),
}


def test_an_index_is_read_as_it_was_written(tmp_path):
    write_index(INDEX, tmp_path / "deep" / "index.csv")
    assert read_index(tmp_path / "deep" / "index.csv") == INDEX


def test_a_missing_or_damaged_index_is_an_empty_one(tmp_path):
    assert read_index(tmp_path / "none.csv") == {}
    (tmp_path / "index.csv").write_bytes(b"\xff\x00rubbish\n1,2\n")
    assert read_index(tmp_path / "index.csv") == {}
    (tmp_path / "index.csv").write_text("some,other,table\n1,2,3\n")
    assert read_index(tmp_path / "index.csv") == {}


def test_a_state_tells_a_file_from_its_replacement_with_the_same_time_and_size(tmp_path):
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"one")
    other.write_bytes(b"two")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    before = state_of(file)
    assert state_of(file) == before
    other.replace(file)
    assert state_of(file) != before
    assert state_of(tmp_path / "none") is None
