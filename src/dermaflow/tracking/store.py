"""The MLflow store: how it is opened. Where it is: `address`; under which names things stand in it: `names`."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy.exc import SQLAlchemyError

from dermaflow.core.errors import StoreError
from dermaflow.tracking.address import shown, sqlite_file, store_uri
from dermaflow.tracking.backend import MlflowClient, MlflowException, mlflow
from dermaflow.tracking.names import model_name
from dermaflow.tracking.probe import first_line, probe

CREATION_TIMEOUT_S = 120
KIND = {"mlflow.experimentKind": "custom_model_development"}  # the UI then opens on runs, not on chat traces


def connect(*, create: bool = True) -> MlflowClient:
    """A client of a store that has been found usable.

    Args:
        create: make a SQLite store where there is none yet; without it that is an error, for what only reads.

    Raises:
        StoreError: unreachable, missing, read-only, no MLflow store, or one of another version.
    """
    uri = store_uri()
    file = sqlite_file(uri)
    if file and not create and not file.exists():
        raise StoreError(f"there is no MLflow store {file}: run from the project's root, after `make run`")
    if file:
        _create_if_missing(file)
    probe(uri)
    try:
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        client.search_experiments(max_results=1)
        client.search_registered_models(max_results=1)
    except MlflowException as error:
        raise StoreError(_why_not(shown(uri), first_line(error))) from error
    return client


def experiment_id(client: MlflowClient, *, phantom: bool) -> str:
    """The experiment for models of this kind, made where it does not exist."""
    name = model_name(phantom=phantom)
    found = client.get_experiment_by_name(name)
    if found is None:
        file = sqlite_file(client.tracking_uri)
        location = (file.parent / "artifacts" / name).as_uri() if file else None
        try:
            return str(client.create_experiment(name, artifact_location=location, tags=KIND))
        except MlflowException:
            found = client.get_experiment_by_name(name)
            if found is None:
                raise  # it was not that another process was first
    if found.lifecycle_stage != "active":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


@contextmanager
def bound(client: MlflowClient) -> Iterator[None]:
    """Let MLflow's module functions (log_model, load_model) use this client's store, and only inside the block."""
    before = {name: os.environ.get(name) for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}
    mlflow.set_tracking_uri(client.tracking_uri)
    mlflow.set_registry_uri(client.tracking_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(None)
        mlflow.set_registry_uri(None)
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """Turn what MLflow raises inside the block into a StoreError that says what was being done."""
    try:
        yield
    except MlflowException as error:
        raise StoreError(
            f"MLflow at {shown(store_uri())} failed while {doing}: {first_line(error)}. "
            "Run the same command again: nothing is done twice"
        ) from error


def _create_if_missing(file: Path) -> None:
    """Make a new store whole or not at all, however many processes try at once: MLflow alone lets all but one crash."""
    if file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f".{file.name}.lock"), timeout=CREATION_TIMEOUT_S):
            if not file.exists():
                print(f"making a new MLflow store: {file}", flush=True)
                with tempfile.TemporaryDirectory(dir=file.parent, prefix=".new-") as folder:
                    new = Path(folder).resolve() / file.name  # in a folder of its own: SQLite puts journals beside it
                    mlflow.db.upgrade.callback(f"sqlite:///{new}")  # what `mlflow db upgrade` runs
                    new.replace(file)
    except (OSError, SQLAlchemyError, MlflowException) as error:
        raise StoreError(
            f"the MLflow store {file} cannot be made: {first_line(error)}. Nothing half-made is left: "
            "make room or mend permissions, then run the same command again"
        ) from error


def _why_not(uri: str, reason: str) -> str:
    if "schema" in reason or "revision" in reason:
        return (
            f"the MLflow store {uri} is of another version of MLflow: {reason.partition(' Take a backup')[0]} "
            f"Back it up, then `.venv/bin/mlflow db upgrade {uri}`; or move it away: `dermaflow log` logs again"
        )
    return f"the MLflow store {uri} cannot be used: {reason}"
