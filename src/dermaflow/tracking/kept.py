"""A model that was downloaded before, found in milliseconds by what the store says now: MLflow takes seconds.

Which version an alias points to, and which model that version is, is asked every time (`told`). Only files are kept,
by the id of their model, which never changes. What is not found here is None, and `tracking.downloads` asks through
MLflow.
"""

import re
from pathlib import Path

from dermaflow.tracking.told import told_of

DOWNLOADS = Path(".cache/models")
SCHEME = "models:/"
_MODEL_ID = re.compile(rf"{SCHEME}(m-[0-9a-f]{{32}})")  # the source of a version that `registry.register` made


def kept_folder(uri: str) -> Path | None:
    """The folder of what `models:/name@alias` or `models:/name/version` means now; None: ask MLflow."""
    name, at, which = uri.removeprefix(SCHEME).partition("@")
    if not at:
        name, _, which = name.rpartition("/")
    told = told_of(name, which, by_alias=bool(at)) if name else None
    model_id = _MODEL_ID.fullmatch(told.source) if told else None
    folder = DOWNLOADS / model_id[1] if model_id else None
    return folder if folder and folder.is_dir() else None
