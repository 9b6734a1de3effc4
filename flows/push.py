"""Copy the data, models and reports of a retraining to the DVC remote, so that any past run can be brought back.

It comes after the promotion and cannot undo it: a model that has won is in force, whether or not the disk or
the bucket of the copies was there that night. But it is said, in the task's state and in the summary, because
without the copy a lost disk takes the data of that model along.
"""

import sys
import time
from collections.abc import Callable

from flows.processes import CommandFailedError, run_streamed

COMMAND = ("env", "DVC_IGNORE_ISATTY=1", sys.executable, "-m", "dvc", "push")  # it shows progress to terminals only
SAY_EVERY_S = 10.0


def push_to_remote(say: Callable[[str], None]) -> str:
    """Run `dvc push` to the default remote, which sends only what is not there yet; return what it said last.

    Raises:
        CommandFailedError: it could not; the message is what DVC says of it, and what to do.
    """
    told: list[str] = []

    def heard(line: str) -> None:
        told.append(line)
        say(line)

    try:
        run_streamed([*COMMAND], thinned(heard, time.monotonic))
    except CommandFailedError as error:
        reasons = " ".join(line.removeprefix("ERROR: ") for line in told if line.startswith("ERROR:")) or str(error)
        raise CommandFailedError(f"{reasons}; `dvc push` tries again, `dvc remote list` shows where to") from error
    return told[-1]


def thinned(say: Callable[[str], None], clock: Callable[[], float]) -> Callable[[str], None]:
    """Pass on what is no progress bar, and of progress bars one in ten seconds.

    Args:
        clock: gives seconds, as time.monotonic does.
    """
    last = clock()

    def _say(line: str) -> None:
        nonlocal last
        line = line.strip()
        if "|" in line:
            if clock() - last < SAY_EVERY_S:
                return
            last = clock()
        if len(line) > 1:  # DVC draws an exclamation mark before each bar
            say(line)

    return _say
