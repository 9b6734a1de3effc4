import os
import sqlite3
import subprocess
import sys
import time

import pytest

from dermaflow.core.errors import StoreError
from dermaflow.tracking.address import EMBEDDED
from dermaflow.tracking.backend import MlflowException, mlflow
from dermaflow.tracking.store import bound, connect, experiment_id, store_errors


def test_four_processes_that_start_on_a_new_store_all_work(empty):
    code = "from dermaflow.tracking.store import *; print('id', experiment_id(connect(), phantom=True))"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [process.communicate(timeout=240)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert {answer.splitlines()[-1] for answer in answers} == {"id 1"}
    assert sorted(path.name for path in (empty / "mlflow/store").iterdir()) == [".mlflow.db.lock", "mlflow.db"]


@pytest.mark.usefixtures("stored")
def test_a_store_of_another_version_is_refused_with_what_to_do():
    with sqlite3.connect(EMBEDDED) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
    code = "from dermaflow.core.errors import run; from dermaflow.tracking.store import connect; run(connect)"
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is of another version of MLflow" in done.stderr
    assert "451aebb31d03" in done.stderr
    assert "mlflow db upgrade sqlite:///" in done.stderr
    assert time.monotonic() - start < 60


def test_what_only_reads_makes_no_store(empty):
    with pytest.raises(StoreError, match=r"there is no MLflow store .* run from the project's root"):
        connect(create=False)
    assert list(empty.iterdir()) == []


def test_a_store_that_cannot_be_made_is_told(empty):
    (empty / "mlflow").write_text("a file where a folder belongs")
    with pytest.raises(StoreError, match="cannot be made"):
        connect()


def test_a_full_disk_leaves_one_line_and_nothing_half_made(empty):
    code = (
        "import resource; from dermaflow.core.errors import run; from dermaflow.tracking.store import connect;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); run(connect)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "mlflow.db cannot be made" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (empty / "mlflow/store").iterdir()] == [".mlflow.db.lock"]


@pytest.mark.usefixtures("stored")
def test_a_binding_ends_with_its_block_and_a_deleted_experiment_comes_back():
    client = connect()
    with bound(client):
        assert mlflow.get_tracking_uri() == client.tracking_uri
    assert "MLFLOW_TRACKING_URI" not in os.environ
    first = experiment_id(client, phantom=False)
    client.delete_experiment(first)
    assert experiment_id(client, phantom=False) == first
    assert client.get_experiment(first).artifact_location.endswith("mlflow/store/artifacts/skin-lesion-classifier")


@pytest.mark.usefixtures("stored")
def test_an_error_of_mlflow_says_what_was_being_done():
    with (
        pytest.raises(StoreError, match=r"failed while reading: broken\. Run the same command again"),
        store_errors("reading"),
    ):
        raise MlflowException("broken\nstack trace")
