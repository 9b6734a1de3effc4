import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.processes import DVC, CommandFailedError, run_streamed

ROOT = Path(__file__).parents[2]
# A command with a child of its own, as `dvc repro` has: both pids are said, both would sleep for a minute.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("pids", os.getpid(), child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie that nobody has waited for counts as ended)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second where it ends between opening and reading
        return True


def all_gone(pids: list[int], within_s: float = 20) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if all(gone(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def test_each_line_is_passed_on_and_returned():
    said: list[str] = []
    lines = run_streamed([sys.executable, "-c", "print('one'); print(); print('two')"], said.append)
    assert said == ["one", "", "two"]
    assert lines == ["one", "two"]


def test_a_line_is_passed_on_before_the_command_ends():
    times: list[float] = []
    run_streamed(
        [sys.executable, "-c", "import time; print('one'); time.sleep(1.5); print('two')"],
        lambda _: times.append(time.monotonic()),
    )
    assert times[1] - times[0] > 1


def test_a_failure_tells_what_the_stage_said_of_it():
    code = "import sys; print('working'); print('error: no images\\n  here', file=sys.stderr); sys.exit(3)"
    with pytest.raises(CommandFailedError, match=r"ended with status 3: error: no images\n  here"):
        run_streamed([sys.executable, "-c", code], lambda _: None)


def test_a_failure_without_words_of_its_own_tells_the_last_line_of_the_traceback():
    code = "try: 1 / 0\nfinally: print('ERROR: failed to reproduce')"
    with pytest.raises(CommandFailedError, match=r"ended with status 1: ZeroDivisionError: division by zero$"):
        run_streamed([sys.executable, "-c", code], lambda _: None)


def test_a_stage_that_another_dvc_works_on_tells_who_that_is(tmp_path):
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    (tmp_path / "dvc.yaml").write_text('stages: {a: {cmd: "touch begun; sleep 60; touch out", outs: [out]}}')
    command = [*DVC, "--cd", str(tmp_path), "repro", "-s", "a"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as first:
        while not (tmp_path / "begun").exists():
            time.sleep(0.1)
        with pytest.raises(CommandFailedError, match=rf"is busy, it is being blocked by:\n  \(PID {first.pid}\)"):
            run_streamed(command, lambda _: None)
        os.killpg(first.pid, signal.SIGKILL)


def test_output_that_is_no_utf_8_is_passed_on_all_the_same():
    assert run_streamed([sys.executable, "-c", r"import os; os.write(1, b'\xff ok\n')"], lambda _: None)


def test_an_interruption_ends_the_command_and_what_it_started():
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.extend(int(word) for word in line.split()[1:])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_streamed([sys.executable, "-c", FAMILY], interrupt)
    assert len(pids) == 2
    assert all_gone(pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_the_death_of_the_caller_ends_the_command_and_what_it_started(number):
    code = f"from flows.processes import run_streamed; run_streamed([{sys.executable!r}, '-c', {FAMILY!r}], print)"
    caller = subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."}
    )
    assert caller.stdout
    pids = [int(word) for word in caller.stdout.readline().split()[1:]]
    assert len(pids) == 2
    assert not gone(pids[1])
    caller.send_signal(number)
    assert caller.wait(20) == -number
    assert all_gone(pids)
