"""The same work on many items: on all cores, in the order given, with visible progress."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

REPORT_EVERY_S = 5.0
TELLING_FRAC = 0.02  # of the items; before, the pace says nothing of how long the rest will take


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(
    work: Callable[[Item], Result], items: Sequence[Item], what: str, workers: int | None = None
) -> list[Result]:
    """Apply `work` to every item in processes; results in the order of items, whatever the number of workers.

    Args:
        work: a function of a module (not a lambda); an error it raises is raised here.
        what: the plural that the progress line names, such as "images validated".
        workers: processes; by default `cores()`. One, or few items, means this process.
    """
    workers = workers or cores()
    if workers == 1 or len(items) < 2 * workers:
        return list(progress(map(work, items), len(items), what))
    with ProcessPoolExecutor(workers) as pool:
        chunk = max(1, min(32, len(items) // (4 * workers)))
        return list(progress(pool.map(work, items, chunksize=chunk), len(items), what))


def progress(results: Iterable[Result], total: int, what: str) -> Iterator[Result]:
    """Pass results on; every REPORT_EVERY_S seconds print how many are done and how long the rest will take."""
    start = last = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        now = time.monotonic()
        if now - last >= REPORT_EVERY_S:
            last = now
            left_s = (now - start) / done * (total - done)
            left = f"about {left_s:.0f} s left" if done >= TELLING_FRAC * total else "how long is not yet known"
            print(f"{done:,} of {total:,} {what}, {left}", flush=True)
