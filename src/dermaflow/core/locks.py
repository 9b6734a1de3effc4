"""One process at a time: a lock that ends with the process that holds it, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def alone(lock: Path, while_waiting: str) -> Iterator[None]:
    """Run the block while no other process runs one under the same lock file; wait for it, saying so.

    The file is removed with the lock. It must lie on a disk of this machine: some network disks do not lock.

    Raises:
        OSError: the disk is full or read-only.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    file = _locked(lock, while_waiting)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        file.close()


def _locked(lock: Path, while_waiting: str) -> IO[bytes]:
    """The lock file, open and locked: the one that lies there now, for whoever held it has removed his."""
    while True:
        file = lock.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(while_waiting, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        if lock.exists() and os.path.samestat(os.fstat(file.fileno()), lock.stat()):
            return file
        file.close()
