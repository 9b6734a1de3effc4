import time

import pytest

from dermaflow.core import parallel
from dermaflow.core.parallel import cores, parallel_map, progress


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
