"""What was read before, so that it need not be read again; safe to delete, then everything is read once more."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from dermaflow.core.files import write_bytes

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COLUMNS = ("key", "state", "sha256", "generated")


@dataclass(frozen=True, slots=True)
class Content:
    """The content that something had while it was in a certain state."""

    state: str
    sha256: str
    generated: bool  # the bytes carry the marker of phantom images


def read_index(path: Path) -> dict[str, Content]:
    """Read the index; a missing or damaged one is empty."""
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        return {
            row["key"]: Content(row["state"], row["sha256"], row["generated"] == "True")
            for row in rows
            if _SHA256.fullmatch(row["sha256"] or "") and row["generated"] in {"True", "False"}
        }
    except (FileNotFoundError, UnicodeDecodeError, KeyError, csv.Error):
        return {}


def write_index(index: Mapping[str, Content], path: Path) -> None:
    """Write the index, whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((key, *astuple(content)) for key, content in index.items())
    write_bytes(text.getvalue().encode(), path)
