"""Runs below a run: the folds of a cross-validation, the trials of a search.

Each child is a training's own run, found by its fingerprint; the parent holds what they come to together. Both are
made again from files wherever they are missing, and made once however often that is asked for.
"""

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dermaflow.core import paths
from dermaflow.core.files import read_json, sha256_hex
from dermaflow.tracking.address import one_store
from dermaflow.tracking.backend import MlflowClient, entities
from dermaflow.tracking.evaluated import epochs, read_history, run_title
from dermaflow.tracking.git import git_tags
from dermaflow.tracking.runs import LOGGED_TAG, ended_on_failure, find_run, live_run, log_params, opened
from dermaflow.tracking.store import connect, store_errors

PARENT_TAG = "mlflow.parentRunId"  # what MLflow's pages nest by
NOTE_TAG = "mlflow.note.content"


@dataclass(frozen=True)
class Parent:
    """A run above others."""

    fingerprint: str  # what it is found by
    name: str
    phantom: bool
    params: Mapping[str, Any]  # sections of params.yaml that the children share
    metrics: Mapping[str, float]
    note: str  # markdown
    files: Sequence[Path]
    folder: str  # among the artifacts
    takes_evaluated: bool = True  # whether runs of evaluated models hang below it; else those stay where they are


@dataclass(frozen=True)
class Child:
    """A run below it."""

    run_id: str
    name: str
    metrics: Mapping[str, float]  # beside those that it has


def log_parent(parent: Parent, children: Sequence[Child]) -> str:
    """Make the parent or bring it up to date, and hang the children below it; says what it did, gives its run's id.

    Raises:
        StoreError: the store cannot be used.
    """
    client = connect()
    digest = _digest(parent, children)
    with store_errors("logging the run above others"):
        run_id = find_run(parent.fingerprint, phantom=parent.phantom)
        if run_id and client.get_run(run_id).data.tags.get(LOGGED_TAG) == digest:
            print(f"MLflow: the run '{parent.name}' holds all of this already", flush=True)
            return run_id
        run_id = opened(client, parent.fingerprint, parent.name, phantom=parent.phantom, tags={})
        with ended_on_failure(client, run_id):
            _fill(client, run_id, parent)
            for child in children:
                _hang_below(client, run_id, child, parent)
            client.set_tag(run_id, LOGGED_TAG, digest)
            client.set_terminated(run_id, "FINISHED")
    print(f"MLflow: logged the run '{parent.name}' and {len(children)} below it", flush=True)
    return run_id


def trained_run(folder: Path) -> str:
    """The id of the run of the training in a folder, logged from its files where the store does not hold it.

    Raises:
        TableError: a file of the training is missing.
        StoreError: the store cannot be used.
    """
    with one_store(), contextlib.chdir(folder):
        card = read_json(paths.CARD)
        found = find_run(card["fingerprint"], phantom=card["phantom"])
        if found:
            return found
        tags = git_tags(card)
        with live_run(card["fingerprint"], card["phantom"], run_title(card), card["params"], tags) as log_epoch:
            for epoch, figures in epochs(read_history()):
                log_epoch(epoch, figures)
        return str(find_run(card["fingerprint"], phantom=card["phantom"]))


def _fill(client: MlflowClient, run_id: str, parent: Parent) -> None:
    log_params(client, run_id, parent.params)
    client.log_batch(run_id, metrics=_now(parent.metrics), tags=[entities.RunTag(NOTE_TAG, parent.note)])
    for file in parent.files:
        client.log_artifact(run_id, str(file), artifact_path=parent.folder)


def _hang_below(client: MlflowClient, run_id: str, child: Child, parent: Parent) -> None:
    evaluated = LOGGED_TAG in client.get_run(child.run_id).data.tags
    if evaluated and not parent.takes_evaluated:
        print(
            f"MLflow: the run of '{child.name}' is that of an evaluated model: it keeps its place and name", flush=True
        )
        return
    client.log_batch(child.run_id, metrics=_now(child.metrics), tags=[entities.RunTag(PARENT_TAG, run_id)])
    client.update_run(child.run_id, name=child.name)


def _now(metrics: Mapping[str, float]) -> list[Any]:
    """Metrics as of now: of two values of one metric MLflow shows the later."""
    now_ms = int(time.time() * 1000)
    return [entities.Metric(name, value, now_ms, 0) for name, value in metrics.items()]


def _digest(parent: Parent, children: Sequence[Child]) -> str:
    """The digest of all that is logged: a run that has it lacks nothing."""
    files = {file.name: sha256_hex(file.read_bytes()) for file in parent.files}
    below = [[child.run_id, child.name, dict(child.metrics)] for child in children]
    return sha256_hex(json.dumps([parent.name, parent.note, dict(parent.metrics), files, below]).encode())
