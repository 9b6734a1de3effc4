import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows import one_at_a_time
from flows.one_at_a_time import one_at_a_time as held

ROOT = Path(__file__).parents[2]
HOLD = "from flows.one_at_a_time import one_at_a_time\nwith one_at_a_time(print): print('held', flush=True); input()"


@pytest.fixture
def other_process(tmp_path, monkeypatch):
    """Another process that holds the lock of this folder until its standard input closes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_the_second_waits_and_says_for_whom(other_process, monkeypatch):
    monkeypatch.setattr(one_at_a_time, "SAY_EVERY_S", 0.3)
    said: list[str] = []
    threading.Timer(1.5, other_process.stdin.close).start()
    start = time.monotonic()
    with held(said.append):
        assert time.monotonic() - start > 1
    assert len(said) >= 2
    assert f"process {other_process.pid}, since 20" in said[0]


def test_a_holder_that_was_killed_holds_nothing(other_process):
    other_process.kill()
    other_process.wait()
    said: list[str] = []
    with held(said.append):
        pass
    assert said == []


def test_the_lock_is_free_again_after_an_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ZeroDivisionError), held(print):
        raise ZeroDivisionError
    said: list[str] = []
    with held(said.append):
        pass
    assert said == []
