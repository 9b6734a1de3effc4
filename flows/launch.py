"""Start a flow from the terminal under a supervisor, so that nothing it started outlives it.

    python -m flows.launch flows.retrain [ARG ...]

does what `python -m flows.retrain [ARG ...]` does, and imports Prefect once and not twice: that takes seconds.
"""

import sys
from collections.abc import Callable
from functools import partial

from flows.processes import CommandFailedError, run_streamed

SUPERVISED = "--supervised"


def launch(module: str, start: Callable[[], str]) -> None:
    """Run a flow's module once more under a supervisor, which ends Prefect's temporary server too; there, start it.

    Args:
        module: such as "flows.retrain", which calls this.
        start: what runs the flow there; what it returns is printed.

    Raises:
        SystemExit: a command of the flow failed; it has been said which and why.
    """
    if SUPERVISED not in sys.argv:
        supervised(module, sys.argv[1:])
        return
    try:
        print("\n" + start())
    except CommandFailedError as error:
        raise SystemExit(f"\nerror: {error}") from error


def arguments() -> list[str]:
    """Those of the flow's command line."""
    return [argument for argument in sys.argv[1:] if argument != SUPERVISED]


def supervised(module: str, arguments: list[str]) -> None:
    """Run a flow's module under a supervisor.

    Raises:
        SystemExit: it failed, and has said why.
    """
    try:
        run_streamed([sys.executable, "-m", module, *arguments, SUPERVISED], partial(print, flush=True))
    except CommandFailedError:
        raise SystemExit(1) from None


if __name__ == "__main__":
    supervised(sys.argv[1], sys.argv[2:])
