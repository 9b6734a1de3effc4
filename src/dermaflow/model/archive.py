"""A model saved so that the same weights are the same bytes: DVC then sees that nothing has changed."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from dermaflow.core.files import replacing

_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip archive knows

_SHARED = re.compile(rb'("shared_object_id": )(\d+)')


def save_model(model: Any, path: Path) -> None:  # noqa: ANN401 - a keras.Model; Keras ships no types
    """Save a model to a .keras file, whole or not at all, without the times and addresses that Keras writes into it.

    Raises:
        OSError: the disk is full or read-only.
    """
    with replacing(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary) as dated:
            parts = {name: _undated(name, dated.read(name)) for name in dated.namelist()}
        with zipfile.ZipFile(temporary, "w") as undated:
            for name, content in parts.items():
                undated.writestr(zipfile.ZipInfo(name, _NO_DATE), content)


def _undated(name: str, content: bytes) -> bytes:
    """A part without what differs from one saving to the next: the date, and addresses in memory as ids."""
    if name == "metadata.json":
        return json.dumps({key: value for key, value in json.loads(content).items() if key != "date_saved"}).encode()
    if name != "config.json":
        return content
    numbers: dict[bytes, bytes] = {}
    return _SHARED.sub(lambda found: found[1] + numbers.setdefault(found[2], str(len(numbers)).encode()), content)
