import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, replacing, sha256_hex, state_of, write_bytes, write_json


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert names(path.parent) == ["a.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path; from dermaflow.core.files import write_bytes\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_bytes(bytes(5000), Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "OSError" in done.stderr
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_json_is_read_back_as_written(tmp_path):
    value = {"a": [1, 2.5, None, "é"], "b": {}}
    write_json(value, tmp_path / "a.json")
    assert read_json(tmp_path / "a.json") == value


def test_nan_is_no_json(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json({"a": float("nan")}, tmp_path / "a.json")
    assert names(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_malformed_json_is_an_error_that_names_the_file(tmp_path, content):
    write_bytes(content, tmp_path / "a.json")
    with pytest.raises(TableError, match=r"a\.json: expected JSON"):
        read_json(tmp_path / "a.json")


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80))
def test_whatever_a_json_file_holds_no_other_error_comes_out(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with contextlib.suppress(TableError):
        read_json(tmp_path / "a.json")


def test_deep_json_is_an_error_and_no_overflow(tmp_path):
    (tmp_path / "a.json").write_bytes(b"[" * 200_000)
    with pytest.raises(TableError, match=r"a\.json: expected JSON"):
        read_json(tmp_path / "a.json")


def test_missing_json_is_an_error_that_says_what_makes_it(tmp_path):
    with pytest.raises(TableError, match="is missing: `dvc repro` makes it"):
        read_json(tmp_path / "a.json")


def test_the_digest_is_sha_256():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


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
