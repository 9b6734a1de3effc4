"""Workspaces: folders below .cache in which DVC runs stages with other parameters while the checkout stays as it is.

A workspace has its own params.yaml, dvc.lock and outputs, and a copy of the code as it stood when the work began, so
that whoever edits meanwhile changes nothing in it. With the checkout it shares DVC's cache and run cache, the
checkpoints of interrupted trainings and the MLflow store. What the checkout's first stages have made it takes over
by their entries in dvc.lock: linked from the cache, neither run nor read again.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dermaflow.core import paths
from dermaflow.core.files import replacing, write_bytes
from dermaflow.core.params import read_sections
from flows.processes import DVC, run_streamed

CHECKOUT = Path()
LOCK = Path("dvc.lock")
COPIED = (Path("dvc.yaml"), Path(".dvcignore"))
SHARED = (Path("mlflow"), paths.CHECKPOINTS)  # MLflow's store lies below the former
CONFIG = """[core]
    analytics = false
    no_scm = true
[cache]
    dir = {cache}
    type = "reflink,hardlink,symlink,copy"
"""


def prepare(folder: Path, changes: Mapping[str, Any], done: Sequence[str], origin: Path = CHECKOUT) -> None:
    """Make a workspace, or bring one up to date; what its stages have made stays.

    Args:
        changes: by `section.key`, what its params.yaml says otherwise than that of its origin.
        done: the stages whose outputs it takes over.
        origin: where code, parameters and these outputs come from: the checkout as it is now, or a workspace that
            was prepared from it before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "src", ignore_errors=True)
    shutil.copytree(origin / "src", folder / "src")
    for file in COPIED:
        shutil.copy(origin / file, folder / file)
    for shared in SHARED:
        shared.mkdir(parents=True, exist_ok=True)
        (folder / shared).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / shared).is_symlink():
            (folder / shared).symlink_to(shared.resolve(), target_is_directory=True)
    write_bytes(CONFIG.format(cache=cache_folder()).encode(), folder / ".dvc/config")
    known = read_sections(origin / paths.PARAMS)
    sections = {name: _rebased(section, origin, folder) for name, section in known.items()}
    write_yaml(changed(sections, _rebased(changes, CHECKOUT, folder)), folder / paths.PARAMS)
    write_yaml(_lock(folder, done, origin), folder / LOCK)


def take_over(folder: Path, stages: Sequence[str], say: Callable[[str], None]) -> None:
    """Link the outputs of these stages from DVC's cache into a prepared workspace.

    Raises:
        CommandFailedError: the cache lacks some of them.
    """
    run_streamed(_dvc(folder, "checkout", *stages), say)


def reproduce(folder: Path, stages: Sequence[str], say: Callable[[str], None]) -> list[str]:
    """Run stages of a workspace, in this order, where they are out of date; the lines that DVC and they said.

    Raises:
        CommandFailedError: one of them failed.
    """
    return run_streamed(_dvc(folder, "repro", "--single-item", *stages), say)


def cache_folder() -> Path:
    """Where the checkout's DVC keeps its cache, absolute."""
    return Path(run_streamed([*DVC, "cache", "dir"], lambda _: None)[-1]).resolve()


def changed(sections: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of params.yaml with other values, given by `section.key`; keys that it lacks are refused.

    Raises:
        KeyError: a section or key is not there.
    """
    new = {name: dict(section) for name, section in sections.items()}
    for name, value in changes.items():
        section, _, key = name.partition(".")
        if key not in new.get(section, {}):
            raise KeyError(name)
        new[section][key] = value
    return new


def _rebased(values: Mapping[str, Any], origin: Path, folder: Path) -> dict[str, Any]:
    """Values with relative paths (such as train.weights, or some in a list) as they read from the workspace."""

    def rebased(value: object) -> object:
        if isinstance(value, list):
            return [rebased(each) for each in value]
        if not isinstance(value, str) or Path(value).is_absolute():
            return value
        file = origin / value
        is_path = file.exists() if os.sep in value else file.is_file() or (file / paths.MODEL.name).is_file()
        return os.path.relpath(file, folder) if is_path else value

    return {key: rebased(value) for key, value in values.items()}


def _lock(folder: Path, done: Sequence[str], origin: Path) -> dict[str, Any]:
    """The workspace's dvc.lock with its origin's entries for stages whose outputs it takes over."""
    ours: dict[str, Any] = read_yaml(folder / LOCK) if (folder / LOCK).exists() else {"schema": "2.0", "stages": {}}
    theirs = read_yaml(origin / LOCK)["stages"]
    return {**ours, "stages": ours["stages"] | {stage: theirs[stage] for stage in done}}


def _dvc(folder: Path, *arguments: str) -> list[str]:
    """A DVC command in the workspace, its stages with the workspace's code and the checkout's MLflow store."""
    found_first = os.pathsep.join([str((folder / "src").resolve()), *filter(None, [os.environ.get("PYTHONPATH")])])
    return ["env", f"PYTHONPATH={found_first}", *_store(), *DVC, "--cd", str(folder), *arguments]


def _store() -> list[str]:
    """The store that the environment names as a file, if it does: a relative path counts from the checkout."""
    sqlite, uri = "sqlite:///", os.environ.get("MLFLOW_TRACKING_URI", "")
    return [f"MLFLOW_TRACKING_URI={sqlite}{Path(uri.removeprefix(sqlite)).resolve()}"] if uri.startswith(sqlite) else []


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
    """The content of a YAML file as plain values."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def write_yaml(content: Mapping[str, Any], path: Path) -> None:
    """Write plain values as YAML, whole or not at all."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        yaml = YAML(typ="safe")
        yaml.default_flow_style = False
        yaml.dump(dict(content), file)
