"""From the registry to a folder: model.keras, model.onnx, card.json and seen.csv of a registered model."""

from pathlib import Path

from dermaflow.tracking.kept import SCHEME, kept_folder


def bundle_folder(uri: str) -> Path:
    """The folder of a model: `models:/name@alias` or `models:/name/version` downloaded once, else a local folder.

    Raises:
        StoreError: the store cannot be used, or holds no such model; the message says what to run.
    """
    if not uri.startswith(SCHEME):
        return Path(uri)
    kept = kept_folder(uri)
    if kept:
        return kept
    from dermaflow.tracking.downloads import download  # noqa: PLC0415 - MLflow takes seconds to import

    return download(uri)
