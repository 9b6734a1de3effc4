"""Run a command as a child whose output is passed on line by line and which never outlives the caller."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

DVC = (sys.executable, "-m", "dvc")
STOP_WITHIN_S = 15.0


class CommandFailedError(RuntimeError):
    """A command ended with a status other than 0; the message carries what it said last."""


def run_streamed(command: list[str], say: Callable[[str], None]) -> list[str]:
    """Run `command` from the current folder, pass each line of its output to `say`, return those not blank.

    The programs of the running Python's environment come first on PATH, so that `python` and `dvc`
    are those that run this. On cancellation, interruption or death of the caller the command and
    everything it started are ended before anything else happens.

    Raises:
        CommandFailedError: the command's status is not 0; the message is its error lines, or its last line.
    """
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "flows.supervise", *command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, env=environment, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    try:
        lines = _passed_on(supervisor, say)
        status = supervisor.wait()
    except BaseException:  # cancelled, interrupted, terminated: leave no process behind, then go on with that
        _stop(supervisor)
        raise
    if status != 0:
        raise CommandFailedError(f"{' '.join(command)} ended with status {status}: {_told(lines)}")
    return lines


def _passed_on(process: subprocess.Popen[str], say: Callable[[str], None]) -> list[str]:
    lines = []
    for line in process.stdout or ():
        say(line.rstrip())
        lines.append(line.rstrip())
    return [line for line in lines if line]


def _stop(supervisor: subprocess.Popen[str]) -> None:
    """Close the supervisor's standard input, at which it ends its group, and wait for it."""
    if supervisor.stdin:
        supervisor.stdin.close()
    try:
        supervisor.wait(STOP_WITHIN_S)
    finally:
        supervisor.kill()


def _told(lines: list[str]) -> str:
    """What a command said of its failure: from its own `error:` line on, else its last line; not what DVC adds.

    Where another DVC works here, all that DVC says of it: its last line alone advises to remove a lock that is in use.
    """
    busy = [number for number, line in enumerate(lines) if line.startswith("ERROR:") and "is busy" in line]
    if busy:
        return "\n".join(lines[busy[0] :])
    own = [line for line in lines if not line.startswith("ERROR:")] or lines
    starts = [number for number, line in enumerate(own) if line.startswith("error:")]
    return "\n".join(own[starts[0] :] if starts else own[-1:]) or "it said nothing"
