"""The memory of what was read."""

from dermaflow.sources.index import Content, read_index, write_index

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
    (tmp_path / "index.csv").write_text("key,state,sha256,generated\na,1,abc,True\nb,2")
    assert read_index(tmp_path / "index.csv") == {}
    (tmp_path / "index.csv").write_text("some,other,table\n1,2,3\n")
    assert read_index(tmp_path / "index.csv") == {}
