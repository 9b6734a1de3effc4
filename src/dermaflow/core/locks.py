"""One process at a time: a lock of the operating system, which ends with whoever holds it, however that ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def only_one(lock_file: Path, what: str) -> Iterator[None]:
    """Run the block while no other process runs one under the same lock file, which goes with the lock.

    Args:
        lock_file: its folder is made.
        what: the block does, such as "this very training": whoever waits is told.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{what} runs in another process: waiting for its end", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock_file.unlink(missing_ok=True)  # whoever waits finds that it is gone and makes a new one
        lock.release()
