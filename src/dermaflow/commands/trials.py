"""dermaflow trials: rank the trials of a search by their validation images, write that down, log it above their runs.

    dermaflow trials reports/search

Reads   search.json in that folder (what was tried and what came of it: flows/search.py), and of each trial's workspace
        models/train/{card.json,history.csv}
Writes  trials.csv (a row a trial, the best first), best.json
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, sha256_hex, write_json
from dermaflow.core.lesions import write_table
from dermaflow.tracking.nested import Child, Parent, log_parent, trained_run

SEARCH, TRIALS, BEST = "search.json", "trials.csv", "best.json"
TOP = 5


def trials(out: Path) -> None:
    """Rank and log a search; a second time the same files are written and nothing is logged twice.

    Raises:
        TableError: search.json is missing, or no trial of it succeeded.
    """
    search = read_json(out / SEARCH)
    done = ranked([trial for trial in search["trials"] if trial["figures"]], search)
    if not done:
        raise TableError(f"{out / SEARCH}: expected a trial that could be trained, found none: see why in `failure`")
    for trial in done:
        trial["card"] = read_json(Path(trial["folder"]) / paths.CARD)
    table = trials_table(done, [trial for trial in search["trials"] if not trial["figures"]])
    write_table(table, tuple(table.columns), out / TRIALS)
    write_json(summary_of(done, search), out / BEST)
    print(table.drop(columns=["fingerprint"]).head(2 * TOP).to_string(index=False), flush=True)
    log_search(done, search, [out / name for name in (SEARCH, TRIALS, BEST)])


def ranked(done: Sequence[dict[str, Any]], search: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The trials, the best first by the figure that decides; of equals the earlier."""
    sign = 1 if search["lower_is_better"] else -1
    return sorted(done, key=lambda trial: (sign * trial["figures"][search["by"]], trial["number"]))


def trials_table(done: Sequence[Mapping[str, Any]], failed: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A row a trial: number, the figures on the validation images, the values tried, fingerprint, failure."""
    names = sorted({name for trial in [*done, *failed] for name in trial["changes"]})
    rows = [
        {
            "trial": trial["number"],
            **(trial["figures"] or {}),
            **{name: values_of(trial)[name] if trial["figures"] else trial["changes"].get(name) for name in names},
            "fingerprint": trial["card"]["fingerprint"] if trial["figures"] else "",
            "failure": trial["failure"].partition("\n")[0],
        }
        for trial in [*done, *failed]
    ]
    return pd.DataFrame(rows)


def values_of(trial: Mapping[str, Any]) -> dict[str, Any]:
    """All that augment and train were told, by `section.key`, from the card: what was tried and what was not varied."""
    sections = trial["card"]["params"]
    return {f"{part}.{key}": value for part in ("augment", "train") for key, value in sections[part].items()}


def summary_of(done: Sequence[Mapping[str, Any]], search: Mapping[str, Any]) -> dict[str, Any]:
    """What a person wants to know: the best trials, what params.yaml says as it is, and how to take the best over."""
    top = [{key: trial[key] for key in ("number", "changes", "figures")} for trial in done[:TOP]]
    assignments = [f"'{name}={json.dumps(value)}'" for name, value in done[0]["changes"].items()]
    return {
        "phantom": done[0]["card"]["phantom"],
        "by": search["by"],
        "n": len(search["trials"]),
        "n_failed": len(search["trials"]) - len(done),
        "n_validation": sum(done[0]["card"]["data"]["validation"].values()),
        "top": top,
        "present": next((trial["figures"] for trial in done if not trial["changes"]), None),
        "take_over": " ".join(["dermaflow set", *assignments]) if assignments else "",
    }


def log_search(done: Sequence[Mapping[str, Any]], search: Mapping[str, Any], files: Sequence[Path]) -> None:
    """Log the search, each trial's run below it."""
    children = [
        Child(trained_run(Path(trial["folder"])), f"trial {trial['number']} · {words(trial)}", figures(trial))
        for trial in done
    ]
    first = min(done, key=lambda trial: trial["number"])["card"]
    identity = [search["space"], search["seed"], search["by"], first["fingerprint"]]
    best = f"best by {search['by']}: trial {done[0]['number']}, {words(done[0])}"
    parent = Parent(
        fingerprint=sha256_hex(json.dumps(identity).encode()),
        name=f"search · {' '.join(search['space'])}",
        phantom=first["phantom"],
        params={"search": {"by": search["by"], "seed": search["seed"], "space": " ".join(search["space"])}},
        metrics=figures(done[0]),
        note=f"**Search** on validation images only, {len(search['trials'])} trials; {best}. "
        "The best of many is flattered by the choice: what it is worth, a test says.",
        files=files,
        folder="search",
        takes_evaluated=False,
    )
    log_parent(parent, children)


def figures(trial: Mapping[str, Any]) -> dict[str, float]:
    """The figures under the names that MLflow's pages compare: validation_balanced_accuracy, …."""
    return {f"validation_{name.removeprefix('val_')}": value for name, value in trial["figures"].items()}


def words(trial: Mapping[str, Any]) -> str:
    """What a trial changed."""
    said = " ".join(f"{name.partition('.')[2]}={json.dumps(value)}" for name, value in trial["changes"].items())
    return said or "as params.yaml says"
