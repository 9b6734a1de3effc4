"""One retraining at a time in a checkout, whoever starts it: `make run`, a schedule, a second terminal.

The lock is the operating system's, on an open file: it ends with the process that holds it, however
that ends. Prefect's own limit (prefect.yaml) keeps scheduled runs apart before they start; DVC's lock
is free while a stage runs, so neither would keep a scheduled run and a `make run` apart.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, write_json

HOLDER = Path(".cache/retrain.json")
SAY_EVERY_S = 30.0


@contextmanager
def one_at_a_time(say: Callable[[str], None]) -> Iterator[None]:
    """Hold the checkout's lock for the block; while another holds it, wait and say who and since when."""
    paths.RETRAINING.parent.mkdir(exist_ok=True)
    lock = FileLock(paths.RETRAINING)
    _acquire(lock, say)
    try:
        write_json({"process": os.getpid(), "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}, HOLDER)
        yield
    finally:
        HOLDER.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, say: Callable[[str], None]) -> None:
    start = time.monotonic()
    timeout_s = 0.0
    while True:
        try:
            lock.acquire(timeout=timeout_s)
        except Timeout:
            waited_s = time.monotonic() - start
            say(f"another retraining works in this checkout ({_holder()}); waiting, {waited_s:.0f} s so far")
            timeout_s = SAY_EVERY_S
        else:
            return


def _holder() -> str:
    try:
        holder = read_json(HOLDER)
    except TableError:
        return "it has not said which process it is"
    return f"process {holder['process']}, since {holder['since']}"
