"""Where the store is, told without MLflow."""

import subprocess
import sys

import pytest

from dermaflow.tracking.address import answer, authorization, is_server, shown, sqlite_file, store_uri


def test_a_relative_store_is_taken_from_the_working_directory(empty, monkeypatch):
    assert store_uri() == f"sqlite:///{empty}/mlflow/store/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mine.db")
    assert store_uri() == f"sqlite:///{empty}/mine.db"


def test_a_uri_is_shown_without_credentials():
    assert shown("https://me:secret@host:5000/x") == "https://host:5000/x"
    assert shown("sqlite:////a/b.db") == "sqlite:////a/b.db"
    assert sqlite_file("https://host") is None
    assert shown("asked http://me:secret@host and failed") == "asked http://host and failed"


def test_a_server_is_told_from_a_file_and_from_a_database():
    assert is_server("https://host")
    assert not is_server("sqlite:///mlflow.db")
    assert not is_server("postgresql://host/mlflow")
    assert str(sqlite_file("sqlite:////a/b.db")) == "/a/b.db"


def test_the_credentials_of_an_address_go_before_those_given_and_these_before_a_token(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "abc")
    assert authorization("http://me:s%40cret@host", "you", "other") == {"Authorization": "Basic bWU6c0BjcmV0"}
    assert authorization("http://host", "me", "s@cret") == {"Authorization": "Basic bWU6c0BjcmV0"}
    assert authorization("http://host", None, None) == {"Authorization": "Bearer abc"}
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    assert authorization("http://host", "me", None) == {}


def test_where_nothing_listens_an_answer_is_an_error_of_the_system():
    with pytest.raises(OSError, match="refused"):
        answer("http://127.0.0.1:9", "/health", {})


def test_addresses_are_told_without_mlflow():
    program = "import sys, dermaflow.tracking.kept, dermaflow.tracking.bundles; print('mlflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
