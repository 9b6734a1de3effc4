"""Where the MLflow store is, and how its server is asked something. No MLflow: importing that takes seconds.

MLFLOW_TRACKING_URI names the store; without it, it is the SQLite file mlflow/store/mlflow.db of the project.
"""

import base64
import os
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

EMBEDDED = Path("mlflow/store/mlflow.db")
TIMEOUT_S = 5
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")  # user name and password in an address


def store_uri() -> str:
    """The URI of the store, a path in it made absolute: MLflow keeps one connection a URI in a process."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{EMBEDDED}"
    file = sqlite_file(uri)
    return f"sqlite:///{file.resolve()}" if file else uri


@contextmanager
def one_store() -> Iterator[None]:
    """Let the block work in other folders on the store of this one: a relative path would name another store there."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    os.environ["MLFLOW_TRACKING_URI"] = store_uri()
    try:
        yield
    finally:
        os.environ.pop("MLFLOW_TRACKING_URI")
        if before is not None:
            os.environ["MLFLOW_TRACKING_URI"] = before


def sqlite_file(uri: str) -> Path | None:
    """The file of a `sqlite:///` URI, else None."""
    return Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else None


def is_server(uri: str) -> bool:
    """Whether it is one of a server that is asked by HTTP."""
    return uri.startswith(("http://", "https://"))


def shown(text: str) -> str:
    """A URI, or a text with some in it, without the user name and password that they may hold."""
    return _CREDENTIALS.sub("", text)


def answer(uri: str, path: str, headers: dict[str, str], most_bytes: int = 100) -> str:
    """What a server says, credentials in `uri` left out of the address: urllib takes them for a host's name.

    Raises:
        OSError: no server answers within TIMEOUT_S, or it refuses (urllib's HTTPError).
        ValueError: the address is malformed.
        http.client.HTTPException: it answers in another protocol.
    """
    request = urllib.request.Request(f"{shown(uri).rstrip('/')}{path}", headers=headers)  # noqa: S310 - http(s) only, see is_server
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310 - likewise
        said: bytes = reply.read(most_bytes)
    return said.decode(errors="replace").strip()


def authorization(uri: str, name: str | None, password: str | None) -> dict[str, str]:
    """The header with the credentials that MLflow itself would send: those in the URI, those given, or the token."""
    parts = urlsplit(uri)
    if parts.username:
        name, password = unquote(parts.username), unquote(parts.password or "")
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if name and password:
        return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}
    return {"Authorization": f"Bearer {token}"} if token else {}
