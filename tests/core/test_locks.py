"""One process at a time."""

import threading
from pathlib import Path

import pytest

from dermaflow.core.locks import only_one


def test_whoever_comes_second_is_told_and_waits_and_no_lock_file_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock_file, order = tmp_path / "below" / "a.lock", []

    def second() -> None:
        with only_one(lock_file, "this very training"):
            order.append("second")

    with only_one(lock_file, "this very training"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert "this very training runs in another process: waiting" in capsys.readouterr().out
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert list(lock_file.parent.iterdir()) == []
