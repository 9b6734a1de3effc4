from dermaflow.sources.shelf import listed


def test_a_listed_file_says_where_it_lies_and_in_which_state(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.jpg").write_bytes(b"1234")
    (entry,) = listed(tmp_path)
    assert entry.path == "a/b.jpg"
    assert entry.state.startswith("4-")
