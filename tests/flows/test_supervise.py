import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def supervised(code: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.supervise", sys.executable, "-c", code]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("raise SystemExit(3)", 3),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 128 + signal.SIGTERM),
    ],
)
def test_the_status_is_the_commands(code, status):
    assert supervised(code).wait(20) == status


def test_a_command_that_ignores_the_polite_signal_is_ended_all_the_same():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    process = supervised(code)
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    start = time.monotonic()
    process.stdin.close()
    assert process.wait(30) == 128 + signal.SIGKILL
    assert time.monotonic() - start < 15


def test_what_a_command_leaves_behind_is_ended_with_it():
    code = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    process = supervised(code)
    assert process.stdout
    left = int(process.stdout.readline())
    assert process.wait(20) == 0
    end = time.monotonic() + 10
    stat = Path(f"/proc/{left}/stat")
    while time.monotonic() < end and stat.exists() and " Z " not in stat.read_text():
        time.sleep(0.1)
    assert not stat.exists() or " Z " in stat.read_text()
