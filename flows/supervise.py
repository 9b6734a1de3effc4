"""Run a command in a process group of its own, and end the whole group when whoever asked for it is gone.

    python -m flows.supervise COMMAND [ARG ...]

The caller holds the write end of this process's standard input. While it stays open the command runs;
when it closes, because the caller closed it or died (even by SIGKILL), the group gets SIGTERM and,
after GRACE_S seconds, SIGKILL. The exit status is the command's. Only the standard library is imported:
this runs before every stage.
"""

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 5.0


def supervise(command: list[str]) -> int:
    """Run `command`; return its exit status, 128 + the signal's number if a signal ended it."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_end_when_abandoned, args=(child.pid,), daemon=True).start()
    status = child.wait()
    _signal_group(child.pid, signal.SIGKILL)  # whatever the command left behind
    return status if status >= 0 else 128 - status


def _end_when_abandoned(group: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        continue
    _signal_group(group, signal.SIGTERM)
    time.sleep(GRACE_S)
    _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return  # the group is empty: nothing is left to end


if __name__ == "__main__":
    raise SystemExit(supervise(sys.argv[1:]))
