import gc
import os
import threading
import time

import distributed
import pytest

from dermaflow.core import parallel
from dermaflow.core.errors import ClusterError
from dermaflow.core.parallel import CLUSTER, cores, parallel_map, progress


def slow_square(number: int) -> int:
    time.sleep(0.01 if number % 3 else 0.03)
    return number * number


def refuse(number: int) -> int:
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("workers", [1, 2, 3, None])
def test_results_come_in_the_order_of_the_items(workers):
    assert parallel_map(slow_square, range(20), "squares", workers) == [n * n for n in range(20)]


def test_no_items_give_no_results():
    assert parallel_map(slow_square, [], "squares") == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_the_work_is_raised_here(workers):
    with pytest.raises(ValueError, match="no 0"):
        parallel_map(refuse, range(10), "squares", workers)


def test_long_work_says_how_far_it_is_and_how_long_the_rest_takes(capsys, monkeypatch):
    monkeypatch.setattr(parallel, "REPORT_EVERY_S", 0.05)
    assert list(progress(map(slow_square, range(12)), 12, "squares")) == [n * n for n in range(12)]
    assert " of 12 squares, about 0 s left" in capsys.readouterr().out


def test_short_work_says_nothing(capsys):
    list(progress(iter(range(3)), 3, "squares"))
    assert capsys.readouterr().out == ""


def test_there_is_at_least_one_core():
    assert cores() >= 1


def test_work_that_waits_is_done_by_threads_side_by_side():
    together = threading.Barrier(4, timeout=10)  # no thread passes before four have come
    assert parallel_map(lambda n: together.wait() >= 0 and n, range(8), "waits", 4, threads=True) == list(range(8))


def where(_: int) -> int:
    time.sleep(0.05)  # long enough for both workers to have their share
    return os.getpid()


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two workers, each a process of its own."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as two:
        yield two.scheduler_address


def test_a_cluster_does_the_work_in_the_same_order(cluster, monkeypatch):
    monkeypatch.setenv(CLUSTER, cluster)
    assert parallel_map(slow_square, range(50), "squares") == [n * n for n in range(50)]
    done_by = set(parallel_map(where, range(40), "places"))
    assert len(done_by) == 2
    assert os.getpid() not in done_by


def test_an_error_on_a_cluster_is_raised_here(cluster, monkeypatch):
    monkeypatch.setenv(CLUSTER, cluster)
    with pytest.raises(ValueError, match="no 0"):
        parallel_map(refuse, range(10), "squares")


def test_threads_stay_here_whatever_the_cluster(cluster, monkeypatch):
    monkeypatch.setenv(CLUSTER, cluster)
    assert set(parallel_map(where, range(4), "places", threads=True)) == {os.getpid()}


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no address"])
def test_a_cluster_that_does_not_answer_is_told_in_words(monkeypatch, address):
    monkeypatch.setenv(CLUSTER, address)
    monkeypatch.setattr(parallel, "CLUSTER_TIMEOUT_S", 1)
    with pytest.raises(ClusterError, match=r"expected a Dask scheduler that answers within 1 s.*unset"):
        parallel_map(slow_square, range(10), "squares")
    assert [one for one in gc.get_objects() if type(one) is distributed.Client] == []


def test_a_cluster_without_workers_is_told_in_words(monkeypatch):
    monkeypatch.setattr(parallel, "CLUSTER_TIMEOUT_S", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as empty:
        monkeypatch.setenv(CLUSTER, empty.scheduler_address)
        with pytest.raises(ClusterError, match="expected a worker within 1 s, found none"):
            parallel_map(slow_square, range(10), "squares")
