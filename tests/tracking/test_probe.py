import contextlib
import http.server
import socket
import sqlite3
import threading
import time

import pytest

from dermaflow.core.errors import StoreError
from dermaflow.tracking.probe import first_line, probe


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


@contextlib.contextmanager
def server(answer):
    """A server on a port of its own; `answer` gets path and Authorization, and gives status and body."""

    class Reply(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answer(self.path, self.headers.get("Authorization"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Reply) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{serving.server_port}"
        serving.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, b"2.9.2", "of version 3 or later, received '2.9.2'"),
        (404, b"", "expected an MLflow server, received status 404"),
        (403, b"", r"status 403.*--allowed-hosts"),
    ],
)
def test_a_server_too_old_or_of_another_kind_is_refused(status, body, message):
    with server(lambda *_: (status, body)) as host, pytest.raises(StoreError, match=message):
        probe(f"http://{host}")


def guarded(path, authorization):
    """As MLflow with log-in: /health is open to all, all else to me:s@cret."""
    if path == "/health":
        return 200, b"OK"
    return (200, b"3.17.2") if authorization == "Basic bWU6c0BjcmV0" else (401, b"")


def test_a_server_with_log_in_takes_the_credentials_from_variables_or_address(monkeypatch):
    with server(guarded) as host:
        with pytest.raises(StoreError, match="set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"):
            probe(f"http://{host}")
        probe(f"http://me:s%40cret@{host}")
        with pytest.raises(StoreError, match="status 401") as caught:
            probe(f"http://me:wrong@{host}")
        assert "wrong" not in str(caught.value)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "me")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "s@cret")
        probe(f"http://{host}/")


def test_a_token_is_sent_too(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t0ken")
    with server(lambda path, sent: (200, b"3.0") if "health" in path or sent == "Bearer t0ken" else (401, b"")) as host:
        probe(f"http://{host}")


def test_a_port_that_speaks_something_else_is_told():
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet():
            connection, _ = other.accept()
            connection.recv(1000)
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.close()

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(StoreError, match=r"no MLflow server answers at .*220 mail\.example"):
            probe(f"http://127.0.0.1:{other.getsockname()[1]}")


@pytest.mark.parametrize("uri", ["http://me:secret@", "http://me:secret@127.0.0.1:port", "http://me:secret@[::1"])
def test_a_malformed_address_is_told_without_its_password(uri):
    with pytest.raises(StoreError) as caught:
        probe(uri)
    assert "secret" not in str(caught.value)


def test_the_first_line_of_an_error_gives_no_password_away():
    error = ValueError("API request to http://me:secret@host:5000/api failed\nstack trace")
    assert first_line(error) == "API request to http://host:5000/api failed"


def test_a_file_that_is_no_database_is_refused(tmp_path):
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"not a database, by far" * 100)
    with pytest.raises(StoreError, match="expected an MLflow store in SQLite, received something else"):
        probe(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"not a database")


def test_a_store_that_is_busy_is_not_called_foreign(tmp_path, monkeypatch):
    monkeypatch.setattr("dermaflow.tracking.probe.TIMEOUT_S", 0.1)
    file = tmp_path / "mlflow.db"
    with contextlib.closing(sqlite3.connect(file)) as writer:
        writer.execute("CREATE TABLE experiments (name TEXT)")
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"cannot be read now \(database is locked\): try the same command again"):
            probe(f"sqlite:///{file}")


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
