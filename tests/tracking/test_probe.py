import http.server
import socket
import sqlite3
import threading
import time

import pytest

from dermaflow.core.errors import StoreError
from dermaflow.tracking.probe import probe, shown, sqlite_file


def test_a_server_that_does_not_answer_is_told_within_seconds():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(StoreError, match=r"no MLflow server answers.*start it, or unset MLFLOW_TRACKING_URI"):
        probe(f"http://127.0.0.1:{port}")
    assert time.monotonic() - start < 6


def test_a_server_that_accepts_and_says_nothing_is_told_within_seconds():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(StoreError, match="no MLflow server answers"):
            probe(f"http://127.0.0.1:{silent.getsockname()[1]}")


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, b"2.9.2", "of version 3 or later, received '2.9.2'"),
        (404, b"", "expected an MLflow server, received status 404"),
    ],
)
def test_a_server_too_old_or_of_another_kind_is_refused(status, body, message):
    class Reply(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Reply) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(StoreError, match=message):
            probe(f"http://127.0.0.1:{server.server_port}")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"not a database, by far" * 100)
    with pytest.raises(StoreError, match="expected an MLflow store in SQLite, received something else"):
        probe(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"not a database")


def test_a_database_of_something_else_is_left_alone(tmp_path):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")
    before = file.read_bytes()
    with pytest.raises(StoreError, match="without its tables"):
        probe(f"sqlite:///{file}")
    assert file.read_bytes() == before


@pytest.mark.parametrize("uri", ["file:///tmp/mlruns", "mlruns", "ftp"])
def test_a_uri_of_an_unknown_kind_is_refused(uri):
    with pytest.raises(StoreError, match="MLFLOW_TRACKING_URI: expected sqlite"):
        probe(uri)


def test_a_database_server_that_cannot_be_reached_is_told_without_its_password():
    with pytest.raises(StoreError) as caught:
        probe("postgresql://me:secret@127.0.0.1:1/mlflow")
    assert "127.0.0.1:1/mlflow cannot be used" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_uri_is_shown_without_credentials():
    assert shown("https://me:secret@host:5000/x") == "https://host:5000/x"
    assert shown("sqlite:////a/b.db") == "sqlite:////a/b.db"
    assert sqlite_file("https://host") is None
