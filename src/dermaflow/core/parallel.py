"""The one door for the same work on many items: in order, with visible progress, on whatever there is to do it.

Processes on this machine's cores by default; threads for work that waits, as downloads do; the workers of a Dask
cluster where DERMAFLOW_DASK_ADDRESS names its scheduler (they must see the same files under the same names).
"""

import gc
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from typing import Any, TextIO, TypeVar

from dermaflow.core.errors import ClusterError

Item = TypeVar("Item")
Result = TypeVar("Result")

CLUSTER = "DERMAFLOW_DASK_ADDRESS"
CLUSTER_TIMEOUT_S = 15
REPORT_EVERY_S = 5.0
TELLING_FRAC = 0.02  # of the items; before, the pace says nothing of how long the rest will take
CHUNK = 64  # items that go to a process at once
CHUNKS_AHEAD = 4  # a worker; more would only take memory


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    what: str,
    workers: int | None = None,
    *,
    threads: bool = False,
) -> list[Result]:
    """Apply `work` to every item; results in the order of items, whoever does the work.

    Args:
        work: a function of a module (not a lambda); an error it raises is raised here.
        what: the plural that the progress line names, such as "images validated".
        workers: processes or threads; by default `cores()`. One, or few items, means this process.
        threads: the work waits more than it computes. It then stays on this machine, whatever the cluster.

    Raises:
        ClusterError: DERMAFLOW_DASK_ADDRESS is set, but no cluster answers there or Dask is not installed.
    """
    address = "" if threads else os.environ.get(CLUSTER, "")
    workers = workers or cores()
    if not address and (workers == 1 or len(items) < 2 * workers):
        return list(progress(map(work, items), len(items), what))
    chunk = 1 if threads else max(1, min(CHUNK, len(items) // (CHUNKS_AHEAD * workers)))
    chunks = (items[start : start + chunk] for start in range(0, len(items), chunk))
    with _cluster(address) if address else _pool(workers, threads=threads) as pool:
        ahead = CHUNKS_AHEAD * (_hands(pool, address) if address else workers)
        return list(progress(in_order(pool, partial(_each, work), chunks, ahead), len(items), what))


def progress(results: Iterable[Result], total: int, what: str, stream: TextIO | None = None) -> Iterator[Result]:
    """Pass results on; every REPORT_EVERY_S seconds print how many are done and how long the rest will take.

    Args:
        results: in any order.
        total: how many there will be.
        what: they are, in the plural.
        stream: what is printed to; by default the standard output.
    """
    start = last = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        now = time.monotonic()
        if now - last >= REPORT_EVERY_S:
            last = now
            left_s = (now - start) / done * (total - done)
            left = f"about {left_s:.0f} s left" if done >= TELLING_FRAC * total else "how long is not yet known"
            print(f"{done:,} of {total:,} {what}, {left}", file=stream, flush=True)


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [work(item) for item in items]


def in_order(
    pool: Any,  # noqa: ANN401 - an Executor or a Dask client: both submit and give futures
    work: Callable[[Sequence[Item]], list[Result]],
    chunks: Iterator[Sequence[Item]],
    ahead: int,
) -> Iterator[Result]:
    """The results in order, no more than `ahead` chunks being under way; what is under way ends with an error."""
    under_way = deque(pool.submit(work, chunk) for chunk in islice(chunks, ahead))
    try:
        while under_way:
            yield from under_way.popleft().result()
            under_way.extend(pool.submit(work, chunk) for chunk in islice(chunks, 1))
    finally:
        for future in under_way:
            future.cancel()


def _pool(workers: int, *, threads: bool) -> Executor:
    return ThreadPoolExecutor(workers) if threads else ProcessPoolExecutor(workers)


def _cluster(address: str) -> AbstractContextManager[Any]:
    """A client of the cluster at an address such as tcp://127.0.0.1:8786."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and seconds to import
    except ImportError as error:
        raise ClusterError(
            f"{CLUSTER} is set, but Dask is not installed: `pip install 'dermaflow[cluster]'`"
        ) from error
    try:
        client: AbstractContextManager[Any] = Client(address, timeout=CLUSTER_TIMEOUT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        received = type(error).__name__
    else:
        return client
    gc.collect()  # the client that came to nothing: collected while another one starts, it waits for itself for ever
    raise ClusterError(
        f"{CLUSTER}={address}: expected a Dask scheduler that answers within {CLUSTER_TIMEOUT_S} s, "
        f"received {received}; start one, or unset {CLUSTER}"
    )


def _hands(client: Any, address: str) -> int:  # noqa: ANN401 - a Dask client
    """How many items the cluster works on at once."""
    try:
        client.wait_for_workers(1, timeout=CLUSTER_TIMEOUT_S)
    except TimeoutError as error:
        raise ClusterError(
            f"{CLUSTER}={address}: expected a worker within {CLUSTER_TIMEOUT_S} s, found none: start one"
        ) from error
    return int(sum(client.nthreads().values()))
