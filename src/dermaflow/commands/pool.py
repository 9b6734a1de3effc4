"""dermaflow pool: measure the test images of all folds together, write that down, and log it above the folds' runs.

    dermaflow pool .cache/cross_validate/0-of-5 .cache/cross_validate/1-of-5 …

Reads   of each folder: models/train/card.json, reports/evaluate/{metrics.json,predictions.csv}, data/split/ledger.csv,
        data/validate/lesions.csv, reports/validate/shortcuts.json; params.yaml of the checkout
Writes  metrics.json, predictions.csv (a row an image, with its fold), folds.csv (a row a fold)
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.core import paths
from dermaflow.core.answers import probability_columns
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, sha256_hex, write_json
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, read_table, write_table
from dermaflow.core.measures import HEADLINES
from dermaflow.core.params import load_params
from dermaflow.evaluation.baselines import strongest
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.pooled import over_folds, pooled_metrics
from dermaflow.evaluation.report import WIDTH, summary_lines
from dermaflow.evaluation.tables import images_of_test, outcome_of, prediction_columns
from dermaflow.model.card import Card, read_card
from dermaflow.tracking.crossvalidation import log_cross_validation

METRICS, PREDICTIONS, FOLDS = "metrics.json", "predictions.csv", "folds.csv"


@dataclass(frozen=True)
class Fold:
    """What one fold left behind."""

    folder: Path
    card: Card
    metrics: Mapping[str, Any]
    predictions: pd.DataFrame  # as predictions.csv, with group_id; cells as text
    outcome: Outcome
    data_digest: str  # of the accepted images, those of all folds


def pool(folders: Sequence[Path], out: Path) -> None:
    """Pool all folds of a cross-validation; a second time the same files are written and nothing is logged twice.

    Raises:
        TableError: a fold is missing or not complete, or the folds are not of one cross-validation.
    """
    params = load_params("evaluate", EvaluateParams)
    folds = [read_fold(folder) for folder in folders]
    check(folds)
    metrics = {
        "phantom": folds[0].card.phantom,
        "folds": len(folds),
        "fingerprints": [fold.card.fingerprint for fold in folds],
        **pooled_metrics([fold.outcome for fold in folds], params),
        "over_folds": over_folds([fold.metrics for fold in folds]),
        "shortcuts": strongest(read_json(folders[0] / paths.SHORTCUTS)),
    }
    write_json(metrics, out / METRICS)
    predictions = pd.concat([fold.predictions.assign(fold=str(number)) for number, fold in enumerate(folds)])
    columns = ("fold", "group_id", *(name for name in predictions.columns if name not in {"fold", "group_id"}))
    write_table(predictions, columns, out / PREDICTIONS)
    table = folds_table(folds)
    write_table(table, tuple(table.columns), out / FOLDS)
    print("\n".join(summary_lines(metrics)), flush=True)
    print("over folds, mean ± standard deviation:")
    for name, spread in metrics["over_folds"].items():
        print(f"  {HEADLINES[name]:<{WIDTH}} {spread['mean']:.3f} ± {spread['sd']:.3f}", flush=True)
    log_cross_validation(folders, metrics, [out / name for name in (METRICS, PREDICTIONS, FOLDS)])


def read_fold(folder: Path) -> Fold:
    """Read one fold's folder.

    Raises:
        TableError: a file is missing or malformed, or two of them are of different models.
    """
    with contextlib.chdir(folder):
        card, metrics = read_card(paths.CARD), read_json(paths.METRICS)
        if metrics.get("fingerprint") != card.fingerprint:
            raise TableError(f"{folder}: {paths.METRICS} and {paths.CARD} are of two models: run the fold again")
        lesions, ledger = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS), read_table(paths.LEDGER, LEDGER_COLUMNS)
        predictions = read_table(paths.PREDICTIONS, prediction_columns(card.classes))
        images = images_of_test(lesions, ledger, card.classes)
        if images["image_id"].tolist() != predictions["image_id"].tolist():
            raise TableError(f"{folder}: {paths.PREDICTIONS} is not of the fold's test images: run the fold again")
        data_digest = sha256_hex(paths.ACCEPTED.read_bytes())
    probabilities = predictions[probability_columns(card.classes)].to_numpy(dtype=np.float64)
    outcome = outcome_of(card.classes, card.melanoma_threshold, images, lesions, probabilities)
    predictions = predictions.assign(group_id=images["group_id"].tolist())
    return Fold(folder, card, metrics, predictions, outcome, data_digest)


def check(folds: Sequence[Fold]) -> None:
    """Refuse what is not one cross-validation: each fold once, of the same images, no group tested twice.

    Raises:
        TableError: it is not.
    """
    stated = [fold.card.params["split"] for fold in folds]
    numbers, asked = [split.get("fold") for split in stated], {split.get("folds") for split in stated}
    if any(split["method"] != "folds" for split in stated) or asked != {len(folds)} or numbers != [*range(len(folds))]:
        raise TableError(
            f"expected all folds of a cross-validation in their order, received {numbers} of {sorted(map(str, asked))}:"
            " `python -m flows.cross_validate` runs those that are missing"
        )
    if any(recipe(fold.card) != recipe(folds[0].card) for fold in folds):
        raise TableError(
            "the folds were trained with different parameters: `python -m flows.cross_validate` trains them alike"
        )
    if len({(fold.data_digest, fold.card.classes) for fold in folds}) > 1:
        raise TableError("the folds are of different data: `python -m flows.cross_validate` brings them together")
    tested = [name for fold in folds for name in set(fold.outcome.groups)]
    if len(tested) != len(set(tested)):
        twice = sorted({name for name in tested if tested.count(name) > 1})
        raise TableError(f"the group {twice[0]} is tested in two folds: `python -m flows.cross_validate` splits anew")


def recipe(card: Card) -> dict[str, Any]:
    """What a fold's training was told, but for its data, which are compared by what they are.

    A fold is not trained anew for parameters that leave its data as they are.
    """
    split = {key: value for key, value in card.params["split"].items() if key not in {"fold", "test_frac"}}
    return {"split": split, **{section: card.params.get(section) for section in ("augment", "train")}}


def folds_table(folds: Sequence[Fold]) -> pd.DataFrame:
    """A row a fold: what it was, and its headline figures."""
    rows = []
    for number, fold in enumerate(folds):
        figures = {name: (fold.metrics.get(name) or {}).get("value") for name in HEADLINES}
        rows.append(
            {
                "fold": number,
                "fingerprint": fold.card.fingerprint,
                "n_images": len(fold.outcome.truth),
                "n_groups": len(set(fold.outcome.groups)),
                "best_epoch": fold.card.best_epoch,
                "threshold": fold.outcome.threshold,
                **figures,
            }
        )
    return pd.DataFrame(rows)
