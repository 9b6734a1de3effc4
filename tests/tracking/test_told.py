"""Two versions, one in force after the other: what is told of them without MLflow is what MLflow tells, at any time."""

import contextlib
import sqlite3
import subprocess
import sys

import pytest

from dermaflow.tracking.address import EMBEDDED
from dermaflow.tracking.names import CHAMPION
from dermaflow.tracking.registry import bring_back, by_alias, put_in_force, register, rollback_pair
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.store import connect
from dermaflow.tracking.told import Told, told_of
from tests.tiny_project import put_model

NAME = "skin-lesion-classifier"
SERVED = """
import sys
from wsgiref.simple_server import make_server
from mlflow.server import app, handlers
handlers.initialize_backend_stores(sys.argv[1], sys.argv[1], "mlflow-artifacts:/")
with make_server("127.0.0.1", 0, app) as serving:
    print(serving.server_port, flush=True)
    serving.serve_forever()
"""


@pytest.fixture(scope="module")
def client(project):
    """Versions 1 and 2; 2 is in force."""
    assert project
    client = connect()
    for fingerprint in ("aa11", "bb22"):
        put_model(fingerprint)
        put_in_force(client, register(client, NAME, log_evaluated_run()), by_alias(client, NAME, CHAMPION))
    return client


@pytest.fixture(scope="module")
def server(client):
    """MLflow's own REST API before the same store."""
    command = [sys.executable, "-c", SERVED, client.tracking_uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        yield f"http://127.0.0.1:{int(serving.stdout.readline())}"
        serving.terminate()


def champion() -> Told | None:
    return told_of(NAME, CHAMPION, by_alias=True)


def as_mlflow_tells(client) -> Told:
    version = by_alias(client, NAME, CHAMPION)
    return Told(version.number, client.get_model_version(NAME, version.number).source, version.tags)


def test_what_is_told_follows_the_alias_and_the_tags_at_once(client):
    assert (champion(), champion().number) == (as_mlflow_tells(client), "2")
    bring_back(client, *rollback_pair(client, NAME))
    assert (champion(), champion().number) == (as_mlflow_tells(client), "1")
    bring_back(client, *rollback_pair(client, NAME))
    assert (champion(), champion().number) == (as_mlflow_tells(client), "2")
    assert told_of(NAME, "1", by_alias=False).tags["fingerprint"].startswith("aa11")
    assert told_of(NAME, "2", by_alias=False) == champion()


@pytest.mark.parametrize(
    ("name", "which", "by_alias"),
    [(NAME, "3", False), (NAME, "two", False), (NAME, "better", True), ("other", CHAMPION, True), ("", "", False)],
)
@pytest.mark.usefixtures("client")
def test_what_is_not_there_is_left_to_mlflow(name, which, by_alias):
    assert told_of(name, which, by_alias=by_alias) is None


def test_a_server_tells_the_same(client, server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    assert champion() == as_mlflow_tells(client)
    bring_back(client, *rollback_pair(client, NAME))
    assert champion() == as_mlflow_tells(client)
    bring_back(client, *rollback_pair(client, NAME))
    assert told_of(NAME, "1", by_alias=False).number == "1"
    assert told_of(NAME, "better", by_alias=True) is None


def test_what_answers_otherwise_is_left_to_mlflow(client, monkeypatch):
    assert champion() == as_mlflow_tells(client)
    for store in ("http://127.0.0.1:9", "http://me:secret@[::1", "postgresql://127.0.0.1:1/mlflow", "sqlite:///no.db"):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
        assert champion() is None
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.setenv("MLFLOW_WORKSPACE", "elsewhere")
    assert champion() is None


@pytest.mark.usefixtures("client")
def test_a_deleted_version_is_not_told_of():
    for stage, number in (("Deleted_Internal", None), ("None", "2")):
        with contextlib.closing(sqlite3.connect(EMBEDDED)) as connection, connection:
            connection.execute("UPDATE model_versions SET current_stage = ? WHERE version = 2", (stage,))
        told = champion()
        assert (told and told.number) == number
