"""One process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from dermaflow.core.locks import alone

HOLD = """
import sys, time
from pathlib import Path
from dermaflow.core.locks import alone
with alone(Path(sys.argv[1]), "waiting"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(lock: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_process_says_that_it_waits_and_goes_on_when_the_first_has_ended(tmp_path: Path) -> None:
    lock = tmp_path / "below" / "lock"
    first = holder(lock)
    assert line_of(first) == "held"
    second = holder(lock)
    assert line_of(second) == "waiting"
    first.communicate("")
    assert line_of(second) == "held"
    second.communicate("")
    assert (first.returncode, second.returncode) == (0, 0)
    assert list(lock.parent.iterdir()) == []


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    first = holder(lock)
    assert line_of(first) == "held"
    first.kill()
    first.communicate()
    with alone(lock, "waiting"):
        assert lock.exists()
    assert not lock.exists()


def test_an_error_in_the_block_frees_the_lock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with pytest.raises(KeyError), alone(tmp_path / "lock", "waiting"):
            raise KeyError
    assert capsys.readouterr().out == ""
