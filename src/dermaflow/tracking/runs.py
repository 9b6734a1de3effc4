"""Runs: one a training, found by the fingerprint of its parameters, data and code.

Epochs are logged live; everything else, and whatever is missing, from the files of train and evaluate. So a run
that was never made (DVC restored its outputs) or was lost with the store is logged by `dermaflow log`.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dermaflow.tracking.backend import MlflowClient, MlflowException, entities
from dermaflow.tracking.contents import log_contents
from dermaflow.tracking.evaluated import Evaluated, epochs, flattened, read_evaluated
from dermaflow.tracking.git import git_state, git_tags
from dermaflow.tracking.names import FINGERPRINT_TAG
from dermaflow.tracking.probe import first_line
from dermaflow.tracking.store import connect, experiment_id, store_errors

LogEpoch = Callable[[int, Mapping[str, float]], None]
LOGGED_TAG = "logged_digest"
FOLD_TAG = "fold"
EPOCH_PREFIX = "training/"
PARAMS_A_BATCH = 100
SOURCE_TAGS = {"mlflow.source.name": "dermaflow train", "mlflow.source.type": "LOCAL"}  # what the UI calls Source


class _Live:
    """Logs the epochs that a run lacks. A store that fails stops no training: the files hold all of it."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self.client, self.run_id = client, run_id
        self.done = {(epoch, "loss") for epoch in _logged_epochs(client, run_id, "loss")}
        self.failed = False

    def __call__(self, epoch: int, figures: Mapping[str, float]) -> None:
        report = (epoch, next(iter(figures)))  # further members report the same epochs, under names of their own
        if report in self.done:
            return
        try:
            _log_epoch(self.client, self.run_id, epoch, figures)
        except MlflowException as error:
            if not self.failed:
                print(f"MLflow does not answer; training goes on, logged at its end: {first_line(error)}", flush=True)
            self.failed = True
        else:
            self.done.add(report)


@contextmanager
def live_run(
    fingerprint: str,
    phantom: bool,  # noqa: FBT001 - a fact, no switch
    name: str,
    params: Mapping[str, Any],
    commit: Mapping[str, str] | None = None,
) -> Iterator[LogEpoch]:
    """Open the run of this fingerprint for training, anew or again, and give what logs an epoch to it.

    The run ends FINISHED with the block, FAILED on an error, KILLED when interrupted.

    Args:
        params: the sections of params.yaml; logged as `section.key`.
        commit: tags of the commit that the training ran at; None: the present one.

    Raises:
        StoreError: the store cannot be used; said before the training and not after it.
    """
    client = connect()
    with store_errors("opening the run"):
        tags = (git_state(Path.cwd()) if commit is None else dict(commit)) | fold_tags(params)
        run_id = opened(client, fingerprint, name, phantom=phantom, tags=tags)
    with ended_on_failure(client, run_id):
        with store_errors("opening the run"):
            log_params(client, run_id, params)
            live = _Live(client, run_id)
        yield live
    _end(client, run_id, "FINISHED")


def log_evaluated_run() -> str:
    """Bring the run of the present model up to date from the files; says what it did, gives the run's id.

    One that fails midway leaves the run FAILED; the next call goes on with it.

    Raises:
        TableError: the files of train or evaluate are missing or do not belong together.
        StoreError: the store cannot be used.
    """
    evaluated = read_evaluated()
    client = connect()
    with store_errors("logging the run"):
        run = _find(client, evaluated.fingerprint, phantom=evaluated.phantom)
        if run and run.data.tags.get(LOGGED_TAG) == evaluated.digest and run.info.status == "FINISHED":
            print(f"MLflow: the run '{run.info.run_name}' holds all of this already", flush=True)
            return str(run.info.run_id)
        tags = git_tags(evaluated.card) | fold_tags(evaluated.card["params"])
        run_id = opened(client, evaluated.fingerprint, evaluated.title, phantom=evaluated.phantom, tags=tags)
        with ended_on_failure(client, run_id):
            log_params(client, run_id, evaluated.card["params"])
            _log_missing_epochs(client, run_id, evaluated)
            log_contents(client, run_id, evaluated)
            client.set_tag(run_id, LOGGED_TAG, evaluated.digest)
            client.set_terminated(run_id, "FINISHED")
    print(f"MLflow: logged the run '{evaluated.title}'", flush=True)
    return run_id


def find_run(fingerprint: str, *, phantom: bool) -> str | None:
    """The id of the run of a fingerprint, or None."""
    client = connect()
    with store_errors("looking for the run"):
        run = _find(client, fingerprint, phantom=phantom)
    return str(run.info.run_id) if run else None


def _find(client: MlflowClient, fingerprint: str, *, phantom: bool) -> Any:  # noqa: ANN401 - an mlflow Run or None
    found = client.search_runs(
        [experiment_id(client, phantom=phantom)],
        filter_string=f"tags.{FINGERPRINT_TAG} = '{fingerprint}'",
        order_by=["attributes.start_time DESC"],
    )
    return next((run for run in found if run.info.status == "FINISHED"), found[0] if found else None)


def fold_tags(params: Mapping[str, Any]) -> dict[str, str]:
    """Which fold of a cross-validation was tested, such as "2 of 5", by the sections of params.yaml; else nothing."""
    split = params.get("split", {})
    return {FOLD_TAG: f"{split['fold'] + 1} of {split['folds']}"} if split.get("method") == "folds" else {}


def opened(client: MlflowClient, fingerprint: str, name: str, *, phantom: bool, tags: Mapping[str, str]) -> str:
    """The run of this fingerprint, set running, made with these tags where there is none."""
    run = _find(client, fingerprint, phantom=phantom)
    if run is None:
        known = {FINGERPRINT_TAG: fingerprint, "phantom": "yes" if phantom else "no", **SOURCE_TAGS}
        run = client.create_run(experiment_id(client, phantom=phantom), run_name=name, tags={**known, **tags})
    run_id = str(run.info.run_id)
    if run.info.status != "RUNNING":
        client.update_run(run_id, status="RUNNING")
    return run_id


def log_params(client: MlflowClient, run_id: str, params: Mapping[str, Any]) -> None:
    """Add the parameters that the run lacks, as `section.key`."""
    logged = client.get_run(run_id).data.params
    absent = [entities.Param(key, value) for key, value in flattened(params).items() if key not in logged]
    for start in range(0, len(absent), PARAMS_A_BATCH):
        client.log_batch(run_id, params=absent[start : start + PARAMS_A_BATCH])


def _log_missing_epochs(client: MlflowClient, run_id: str, evaluated: Evaluated) -> None:
    done: dict[str, set[int]] = {}  # by the name of a figure: further networks have names of their own
    for epoch, figures in epochs(evaluated.history):
        done |= {name: _logged_epochs(client, run_id, name) for name in figures if name not in done}
        absent = {name: value for name, value in figures.items() if epoch not in done[name]}
        if absent:
            _log_epoch(client, run_id, epoch, absent)


def _log_epoch(client: MlflowClient, run_id: str, epoch: int, figures: Mapping[str, float]) -> None:
    now_ms = int(time.time() * 1000)
    metrics = [entities.Metric(f"{EPOCH_PREFIX}{key}", float(value), now_ms, epoch) for key, value in figures.items()]
    client.log_batch(run_id, metrics=metrics)


def _logged_epochs(client: MlflowClient, run_id: str, name: str) -> set[int]:
    return {point.step for point in client.get_metric_history(run_id, f"{EPOCH_PREFIX}{name}")}


@contextmanager
def ended_on_failure(client: MlflowClient, run_id: str) -> Iterator[None]:
    """End the run FAILED on an error inside the block, KILLED when interrupted, so that none runs for ever."""
    try:
        yield
    except BaseException as error:
        _end(client, run_id, "FAILED" if isinstance(error, Exception) else "KILLED")
        raise


def _end(client: MlflowClient, run_id: str, status: str) -> None:
    try:
        client.set_terminated(run_id, status)
    except MlflowException as error:
        print(f"MLflow: the run could not be ended as {status}: {first_line(error)}", flush=True)
