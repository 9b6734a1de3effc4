"""Whether a store can be used, found out within seconds: MLflow itself would try again for minutes."""

import http.client
import os
import sqlite3
import urllib.error
from contextlib import closing
from pathlib import Path

import sqlalchemy
from mlflow.utils.credentials import read_mlflow_creds

from dermaflow.core.errors import StoreError
from dermaflow.tracking.address import TIMEOUT_S, answer, authorization, is_server, shown, sqlite_file

OLDEST_SERVER = 3  # the major version in which a model is an entity of its own


def first_line(error: BaseException) -> str:
    """The first line of an error's message: MLflow's go on with stack traces and advice for others.

    What stands as user name and password in an address is left out.
    """
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return shown(line)


def probe(uri: str) -> None:
    """Raise where the store at `uri` cannot be used; a SQLite file must exist already.

    Raises:
        StoreError: unreachable, too old, read-only, or something else than MLflow's.
    """
    file = sqlite_file(uri)
    if file:
        _probe_file(file)
    elif is_server(uri):
        _probe_server(uri)
    elif "://" in uri and not uri.startswith("file:"):
        _probe_database(uri)
    else:
        raise StoreError(
            "MLFLOW_TRACKING_URI: expected sqlite:///FILE, postgresql://… or http(s)://…, "
            f"received '{shown(uri)}'; unset it for the store of the project"
        )


def _probe_file(file: Path) -> None:
    """Look into the file before MLflow tries ten times to open it, or writes its tables into a foreign one."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError as error:  # locked, or may not be opened: nothing is said of what it holds
        raise StoreError(f"{file}: the store cannot be read now ({error}): try the same command again") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{file}: expected an MLflow store in SQLite, received something else ({error}). "
            "Move it away: a new one is made, and `dermaflow log` logs the present model again"
        ) from error
    if not {"alembic_version", "experiments"} <= tables:
        raise StoreError(
            f"{file}: expected an MLflow store, received a SQLite file without its tables. "
            "Move it away, or point MLFLOW_TRACKING_URI elsewhere"
        )
    if not os.access(file, os.W_OK):
        raise StoreError(f"{file}: expected a store that can be written, received a read-only file")


def _probe_server(uri: str) -> None:
    """Ask /health, which is open to all, and then /version, which a server with log-in tells to its users only."""
    try:
        answer(uri, "/health", {})
        known = read_mlflow_creds()  # of variables, or of MLflow's file
        version = answer(uri, "/version", authorization(uri, known.username, known.password)).strip('"')
    except urllib.error.HTTPError as error:
        raise StoreError(f"{shown(uri)}: {_refusal(error.code)}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise StoreError(
            f"no MLflow server answers at {shown(uri)} ({first_line(error)}): "
            "start it, or unset MLFLOW_TRACKING_URI for the store of the project"
        ) from error
    major = version.partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST_SERVER:
        raise StoreError(
            f"{shown(uri)}: expected an MLflow server of version {OLDEST_SERVER} or later, received '{version}'"
        )


def _refusal(status: int) -> str:
    if status == http.client.UNAUTHORIZED:
        return (
            "the MLflow server asks for a user and accepts none so far (status 401): "
            "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        )
    if status == http.client.FORBIDDEN:
        return (
            "the server refuses this request (status 403): expected a host name that it was started with "
            "(`mlflow server --allowed-hosts`) and a user who may read; see MLFLOW_TRACKING_URI and "
            "MLFLOW_TRACKING_USERNAME"
        )
    return f"expected an MLflow server, received status {status}; see MLFLOW_TRACKING_URI"


def _probe_database(uri: str) -> None:
    timeout = {} if uri.startswith("mssql") else {"connect_timeout": TIMEOUT_S}
    try:
        engine = sqlalchemy.create_engine(uri, connect_args=timeout)
        engine.connect().close()
        engine.dispose()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, TypeError, ValueError) as error:
        raise StoreError(f"the database {shown(uri)} cannot be used: {first_line(error)}") from error
