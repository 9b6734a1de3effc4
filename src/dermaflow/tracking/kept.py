"""A model that was downloaded before, found in milliseconds by what the store says now: MLflow takes seconds.

Which version an alias points to, and which model that version is, is read from the store every time: from the tables
of a SQLite file, or from a server's REST API. Only files are kept, by the id of their model, which never changes.
What is not answered plainly here is None, and `tracking.downloads` asks through MLflow, which says what is wrong.
"""

import http.client
import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from dermaflow.tracking.address import TIMEOUT_S, answer, authorization, is_server, sqlite_file, store_uri

DOWNLOADS = Path(".cache/models")
SCHEME = "models:/"
MOST_BYTES = 1_000_000  # of what a server says of a version
_MODEL_ID = re.compile(rf"{SCHEME}(m-[0-9a-f]{{32}})")  # the source of a version that `registry.register` made
_IS_THERE = "v.current_stage != 'Deleted_Internal' AND v.workspace = 'default'"
_BY_ALIAS = (
    "SELECT v.source FROM model_versions AS v JOIN registered_model_aliases AS a "  # noqa: S608 - put together here
    "ON a.workspace = v.workspace AND a.name = v.name AND a.version = v.version "
    f"WHERE a.name = ? AND a.alias = ? AND {_IS_THERE}"
)
_BY_NUMBER = f"SELECT v.source FROM model_versions AS v WHERE v.name = ? AND v.version = ? AND {_IS_THERE}"  # noqa: S608 - likewise


def kept_folder(uri: str) -> Path | None:
    """The folder of what `models:/name@alias` or `models:/name/version` means now; None: ask MLflow."""
    name, at, which = uri.removeprefix(SCHEME).partition("@")
    if not at:
        name, _, which = name.rpartition("/")
    if not name or os.environ.get("MLFLOW_WORKSPACE"):
        return None
    store = store_uri()
    file = sqlite_file(store)
    if file:
        source = _in_file(file, name, which, by_alias=bool(at))
    else:
        source = _at_server(store, name, which, by_alias=bool(at)) if is_server(store) else ""
    model_id = _MODEL_ID.fullmatch(source)
    folder = DOWNLOADS / model_id[1] if model_id else None
    return folder if folder and folder.is_dir() else None


def _in_file(file: Path, name: str, which: str, *, by_alias: bool) -> str:
    """The source of the version, as a SQLite store has it; blank where it has none or is no such store."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)) as connection:
            found = connection.execute(_BY_ALIAS if by_alias else _BY_NUMBER, (name, which)).fetchall()
    except sqlite3.Error:
        return ""
    return str(found[0][0]) if len(found) == 1 else ""


def _at_server(store: str, name: str, which: str, *, by_alias: bool) -> str:
    """The same, as a server has it."""
    path, key = ("registered-models/alias", "alias") if by_alias else ("model-versions/get", "version")
    asked = f"/api/2.0/mlflow/{path}?{urlencode({'name': name, key: which})}"
    known = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    try:
        said = json.loads(answer(store, asked, authorization(store, *known), MOST_BYTES))
        return str(said["model_version"]["source"])
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return ""
