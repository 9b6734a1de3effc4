"""Real pushes of a real DVC repository, small; what a push brings back is tried in test_data_versions.py."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.processes import CommandFailedError
from flows.push import push_to_remote, thinned

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A DVC repository with one file in it, whose default remote is a folder; the supervisor is found."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("image_id\nA\n")
    for command in (
        ["init", "--no-scm", "--quiet"],
        ["remote", "add", "--default", "kept", str(tmp_path / "remote")],
        ["add", "--quiet", "data.csv"],
    ):
        subprocess.run([sys.executable, "-m", "dvc", *command], check=True, capture_output=True)
    return tmp_path


def test_what_is_not_in_the_remote_yet_is_sent_and_nothing_twice(repository):
    said = []
    assert push_to_remote(said.append) == "1 file pushed"
    assert said[-1] == "1 file pushed"
    assert len([path for path in (repository / "remote").rglob("*") if path.is_file()]) == 1
    assert push_to_remote(said.append) == "Everything is up to date."


def test_a_push_that_fails_says_why_in_dvcs_words_and_what_to_do(repository):
    (repository / "remote").write_text("no folder")
    with pytest.raises(CommandFailedError) as error:
        push_to_remote(lambda _: None)
    assert "Not a directory" in str(error.value)
    assert "`dvc push` tries again, `dvc remote list` shows where to" in str(error.value)


def test_without_a_default_remote_it_says_so(repository):
    (repository / ".dvc/config").write_text("[core]\n    no_scm = True\n")
    with pytest.raises(CommandFailedError, match="no remote specified"):
        push_to_remote(lambda _: None)


def test_of_progress_bars_one_in_ten_seconds_is_passed_on_and_everything_else_always():
    times = iter([0.0, 3.0, 11.0, 11.0, 12.0])
    said = []
    say = thinned(said.append, lambda: next(times))
    for line in ("!", "Pushing", " 10% |#   |", " 90% |### |", "100% |####|", "3 files pushed", ""):
        say(line)
    assert said == ["Pushing", "90% |### |", "3 files pushed"]
