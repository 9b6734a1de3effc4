"""Every decision about what is in force, a refusal too, as a record: a JSON file and, the same, in MLflow."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dermaflow.core import paths
from dermaflow.core.files import read_json, write_bytes, write_json
from dermaflow.tracking.backend import MlflowClient, MlflowException, mlflow
from dermaflow.tracking.git import COMMIT_TAG, git_state
from dermaflow.tracking.names import DECISION_FILE_TAG, DECISION_KEY_TAG
from dermaflow.tracking.registry import Version, utc_now
from dermaflow.tracking.store import bound

FOLDER = "decisions"  # among the artifacts of the candidate's run
TAG_CHARS = 4_000  # MLflow keeps 5,000


def decision_key(*parts: object) -> str:
    """The same for the same question: what a decision depends on, as 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def record(client: MlflowClient, version: Version, decision: Mapping[str, Any], key: str, suffix: str = "") -> Path:
    """Keep a decision about a version: as a file, on its run and on the version.

    Args:
        decision: fit for JSON; holds promote (whether it comes into force) and reasons (sentences).
        key: what `earlier` finds it by.
        suffix: added to the file's name, for what is no promotion.
    """
    now = utc_now()
    state = git_state(Path.cwd())
    whole = {"time": now, "key": key, "name": version.name, "git_commit": state.get(COMMIT_TAG), **decision}
    file = paths.DECISIONS / f"{now.replace(':', '')}-{version.fingerprint[:8]}{suffix}.json"
    write_json(whole, file)
    client.log_artifact(version.run_id, str(file), artifact_path=FOLDER)
    sentence = summary(whole)
    client.set_tag(version.run_id, "decision", sentence)
    for tag, value in (("decision", sentence), (DECISION_KEY_TAG, key), (DECISION_FILE_TAG, file.name)):
        client.set_model_version_tag(version.name, version.number, tag, value)
    return file


def summary(decision: Mapping[str, Any]) -> str:
    """A decision as one line for a tag."""
    verb = "in force" if decision["promote"] else "refused"
    return f"{decision['time']} {verb}: {' '.join(decision['reasons'])}"[:TAG_CHARS]


def earlier(client: MlflowClient, version: Version, key: str) -> dict[str, Any] | None:
    """The record of the same question about this version, if it was the last one asked."""
    return last(client, version) if version.tags.get(DECISION_KEY_TAG) == key else None


def last(client: MlflowClient, version: Version) -> dict[str, Any] | None:
    """The last record about a version; fetched from MLflow where its file is gone, None where both are."""
    name = version.tags.get(DECISION_FILE_TAG)
    if not name:
        return None
    file = paths.DECISIONS / name
    if not file.exists():
        try:
            with bound(client), tempfile.TemporaryDirectory() as folder:
                fetched = mlflow.artifacts.download_artifacts(
                    run_id=version.run_id, artifact_path=f"{FOLDER}/{name}", dst_path=folder
                )
                write_bytes(Path(fetched).read_bytes(), file)
        except (MlflowException, OSError):
            return None
    found: dict[str, Any] = read_json(file)
    return found
