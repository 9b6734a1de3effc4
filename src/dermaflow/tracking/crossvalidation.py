"""The run of a cross-validation: all test images together, mean and spread over folds, the folds' runs below it."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dermaflow.core.files import sha256_hex
from dermaflow.core.measures import HEADLINES, in_words
from dermaflow.core.titles import kind_of_images
from dermaflow.tracking.address import one_store
from dermaflow.tracking.contents import DIGITS
from dermaflow.tracking.evaluated import Evaluated, flat_figures, read_evaluated, run_title
from dermaflow.tracking.nested import Child, Parent, log_parent
from dermaflow.tracking.runs import log_evaluated_run

ARTIFACTS = "cross_validate"


def log_cross_validation(folders: Sequence[Path], metrics: Mapping[str, Any], files: Sequence[Path]) -> str:
    """Log the cross-validation whose folds lie in these folders, each fold first where that is missing.

    Args:
        metrics: of all folds together (see commands/pool.py): `fingerprints`, `over_folds`, and as metrics.json.
        files: what is kept beside.

    Returns:
        The id of the run.
    """
    children, folds = [], list[Evaluated]()
    for number, folder in enumerate(folders, start=1):
        with one_store(), contextlib.chdir(folder):
            run_id, fold = log_evaluated_run(), read_evaluated()
        children.append(Child(run_id, f"fold {number} of {len(folders)} · {fold.title}", {}))
        folds.append(fold)
    parent = Parent(
        fingerprint=sha256_hex("\n".join(metrics["fingerprints"]).encode()),
        name=f"cross-validation, {len(folders)} folds · {run_title(folds[0].card, of_all_folds=True)}",
        phantom=folds[0].phantom,
        params=_shared_params(folds[0].card["params"]),
        metrics=flat_figures(metrics) | _spread(metrics["over_folds"]),
        note=_note(metrics),
        files=files,
        folder=ARTIFACTS,
    )
    return log_parent(parent, children)


def _spread(over_folds: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    named = [(f"fold_{kind}_{name}", value) for name, spread in over_folds.items() for kind, value in spread.items()]
    return dict(named)


def _shared_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that all folds share: all but which fold it is."""
    split = {key: value for key, value in params["split"].items() if key != "fold"}
    return {**params, "split": split}


def _note(metrics: Mapping[str, Any]) -> str:
    images = f"{metrics['n_images']} images in {metrics['n_groups']} groups"
    kind = kind_of_images(phantom=metrics["phantom"])
    over = metrics["over_folds"]
    rows = [
        f"| {HEADLINES[name]} | {in_words(metrics[name], DIGITS)} | {spread['mean']:.2f} ± {spread['sd']:.2f} |"
        for name, spread in over.items()
    ]
    return "\n".join(
        [
            f"**Cross-validation in {metrics['folds']} folds** on {kind}; no model is tested on a group it has seen.",
            "",
            f"| on {images} | all folds together (95 % interval) | mean ± sd over folds |",
            "|---|---|---|",
            *rows,
        ]
    )
