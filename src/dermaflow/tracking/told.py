"""What the store says of a registered version, in milliseconds: to import MLflow takes seconds.

It is read anew every time, from the tables of a SQLite file or from a server's REST API, and never kept. What is not
answered plainly here is None, and whoever asks goes through MLflow, which says what is wrong.
"""

import http.client
import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from dermaflow.tracking.address import TIMEOUT_S, answer, authorization, is_server, sqlite_file, store_uri

MOST_BYTES = 1_000_000  # of what a server says of a version
_IS_THERE = "v.current_stage != 'Deleted_Internal' AND v.workspace = 'default'"
_BY_ALIAS = (
    "SELECT v.version, v.source FROM model_versions AS v JOIN registered_model_aliases AS a "  # noqa: S608 - put together here
    "ON a.workspace = v.workspace AND a.name = v.name AND a.version = v.version "
    f"WHERE a.name = ? AND a.alias = ? AND {_IS_THERE}"
)
_BY_NUMBER = f"SELECT v.version, v.source FROM model_versions AS v WHERE v.name = ? AND v.version = ? AND {_IS_THERE}"  # noqa: S608 - likewise
_TAGS = "SELECT key, value FROM model_version_tags WHERE name = ? AND version = ? AND workspace = 'default'"


class Told(NamedTuple):
    """A registered version."""

    number: str
    source: str  # the URI of its model
    tags: Mapping[str, str]


def told_of(name: str, which: str, *, by_alias: bool) -> Told | None:
    """The version of a model that has this alias, or this number; None: ask MLflow."""
    if os.environ.get("MLFLOW_WORKSPACE"):
        return None
    store = store_uri()
    file = sqlite_file(store)
    if file:
        return _in_file(file, name, which, by_alias=by_alias)
    return _at_server(store, name, which, by_alias=by_alias) if is_server(store) else None


def _in_file(file: Path, name: str, which: str, *, by_alias: bool) -> Told | None:
    """The version, as a SQLite store has it."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)) as connection:
            found = connection.execute(_BY_ALIAS if by_alias else _BY_NUMBER, (name, which)).fetchall()
            if len(found) != 1:
                return None
            number, source = found[0]
            return Told(str(number), str(source), dict(connection.execute(_TAGS, (name, number)).fetchall()))
    except sqlite3.Error:
        return None


def _at_server(store: str, name: str, which: str, *, by_alias: bool) -> Told | None:
    """The same, as a server has it."""
    path, key = ("registered-models/alias", "alias") if by_alias else ("model-versions/get", "version")
    asked = f"/api/2.0/mlflow/{path}?{urlencode({'name': name, key: which})}"
    known = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    try:
        said = json.loads(answer(store, asked, authorization(store, *known), MOST_BYTES))["model_version"]
        tags = {str(tag["key"]): str(tag["value"]) for tag in said.get("tags", ())}
        return Told(str(said["version"]), str(said["source"]), tags)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, http.client.HTTPException):
        return None
