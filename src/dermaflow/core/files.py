"""Whole files or none: everything is written under a temporary name and then renamed."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dermaflow.core.errors import TableError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` if the block ends well, else remove it.

    Raises:
        OSError: the disk is full or read-only; `path` is then as it was before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(data: bytes, path: Path) -> None:
    """Write `data` to `path`, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_json(value: object, path: Path) -> None:
    """Write `value` as indented JSON with a final newline; NaN is refused (ValueError)."""
    write_bytes((json.dumps(value, indent=2, allow_nan=False) + "\n").encode(), path)


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON holds anything; the caller checks it
    """Read a JSON file.

    Raises:
        TableError: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TableError(f"{path} is missing: `dvc repro` makes it") from error
    except (ValueError, RecursionError) as error:
        raise TableError(
            f"{path}: expected JSON, received something else ({error}); `dvc checkout` restores it"
        ) from error


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def state_of(path: Path) -> str | None:
    """Size, times and inode of a file: as long as they stay, its content does. None: there is no such file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"
