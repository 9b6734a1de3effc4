"""Downloading a registered model through MLflow, once."""

import shutil
import tempfile
from pathlib import Path

from mlflow.models import Model

from dermaflow.core.errors import StoreError
from dermaflow.tracking.backend import MlflowClient, MlflowException, mlflow
from dermaflow.tracking.kept import DOWNLOADS, SCHEME
from dermaflow.tracking.names import CHAMPION, PHANTOM_NAME, REAL_NAME
from dermaflow.tracking.probe import first_line
from dermaflow.tracking.registry import by_alias
from dermaflow.tracking.store import bound, connect


def download(uri: str) -> Path:
    """The folder of `models:/name@alias` or `models:/name/version`, kept in DOWNLOADS.

    Raises:
        StoreError: the store cannot be used, or holds no such model; the message says what to run, or which phantom
            could be asked.
    """
    client = connect(create=False)
    name, at, alias = uri.removeprefix(SCHEME).partition("@")
    if at:
        version = by_alias(client, name, alias)
        if version is None:
            raise StoreError(_no_such(client, name, alias))
        uri = version.uri
    try:
        return _downloaded(client, uri)
    except MlflowException as error:
        raise StoreError(
            f"{uri} cannot be had: {first_line(error)}. Expected models:/NAME@ALIAS, models:/NAME/VERSION or a folder; "
            "`dermaflow registry` shows what there is"
        ) from error


def _downloaded(client: MlflowClient, uri: str) -> Path:
    """A registered version never changes, so what was downloaded once is kept, by its model id."""
    with bound(client), tempfile.TemporaryDirectory() as temporary:
        model_id = mlflow.models.get_model_info(uri).model_id
        kept = DOWNLOADS / str(model_id)
        if not kept.exists():
            whole = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=temporary))
            data = whole / Model.load(str(whole)).flavors["python_function"]["data"]
            DOWNLOADS.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=DOWNLOADS, prefix=".new-") as new:
                put(shutil.copytree(data, Path(new, "bundle")), kept)
    return kept


def put(new: Path, kept: Path) -> None:
    """Move a folder to where it is kept, unless another process has put the same one there first."""
    try:
        new.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise


def _no_such(client: MlflowClient, name: str, alias: str) -> str:
    if alias == CHAMPION and name == REAL_NAME and by_alias(client, PHANTOM_NAME, CHAMPION):
        return (
            f"no model trained on photographs is in force, only one trained on generated images: "
            f"ask for it with `--model {SCHEME}{PHANTOM_NAME}@{CHAMPION}`, or promote a real one"
        )
    if alias == CHAMPION:
        return f"no model is in force under {name}: `make run` trains one, `dermaflow promote` promotes it"
    return f"{name} has no alias '{alias}': `dermaflow registry` shows what there is"
