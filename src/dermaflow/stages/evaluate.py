"""Test the trained model on images that it has never seen, and say how sure the figures are.

Reads   data/{validate/lesions.csv,split/ledger.csv,ingest/images}, models/train/{model.keras,card.json,history.csv},
        reports/validate/shortcuts.json
Writes  reports/evaluate/{metrics.json,predictions.csv,confusion.csv,roc.csv,figures}; completes the MLflow run
Run     python -m dermaflow.stages.evaluate
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import ImageError, TableError, run
from dermaflow.core.files import read_json, write_bytes, write_json
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, read_table, write_table
from dermaflow.core.parallel import progress
from dermaflow.core.params import load_params
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.baselines import strongest
from dermaflow.evaluation.calibration import reliability
from dermaflow.evaluation.figures import draw_confusion
from dermaflow.evaluation.figures_curves import draw_precision_recall, draw_roc
from dermaflow.evaluation.figures_reliability import draw_reliability
from dermaflow.evaluation.figures_subgroups import draw_subgroups
from dermaflow.evaluation.figures_training import SERIES, draw_training
from dermaflow.evaluation.metrics import Floats
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of, summary_lines
from dermaflow.evaluation.subgroups import attributes_of
from dermaflow.evaluation.tables import (
    HISTORY_COLUMNS,
    ROC_COLUMNS,
    check_kind,
    confusion_table,
    images_of_test,
    prediction_columns,
    predictions_table,
    roc_table,
)
from dermaflow.model.bundle import Bundle, load_bundle
from dermaflow.model.card import Card
from dermaflow.tracking.runs import log_evaluated_run


def main() -> None:
    """Predict, measure, draw, log."""
    params = load_params("evaluate", EvaluateParams)
    bundle = load_bundle(paths.MODEL.parent)
    lesions = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)
    images = images_of_test(lesions, read_table(paths.LEDGER, LEDGER_COLUMNS), bundle.card.classes)
    check_kind(lesions, images, phantom=bundle.card.phantom)
    history = read_table(paths.HISTORY, HISTORY_COLUMNS)
    print(f"predicting {len(images):,} test images", flush=True)
    outcome = outcome_of(bundle, images, lesions)
    shortcuts = strongest(read_json(paths.SHORTCUTS))
    identity = {"phantom": bundle.card.phantom, "fingerprint": bundle.card.fingerprint}
    metrics = {**identity, **metrics_of(outcome, params), "shortcuts": shortcuts}
    write_training(history, bundle.card)
    write_figures(outcome, metrics, params)
    write_tables(outcome, images)
    write_json(metrics, paths.METRICS)
    print("\n".join(summary_lines(metrics)), flush=True)
    log_evaluated_run()


def outcome_of(bundle: Bundle, images: pd.DataFrame, lesions: pd.DataFrame) -> Outcome:
    """What the model says of the test images, beside what is true and known of them."""
    point, known = bundle.card.operating_point, lesions.set_index("image_id").loc[images["image_id"]]
    return Outcome(
        classes=bundle.card.classes,
        truth=np.array([bundle.card.classes.index(name) for name in images["diagnosis"]], dtype=np.int64),
        probabilities=predicted(bundle, [paths.ingested_image(image_id) for image_id in images["image_id"]]),
        groups=list(images["group_id"]),
        threshold=point.threshold if point and point.diagnosis == MELANOMA else None,
        attributes=attributes_of(known),
    )


def predicted(bundle: Bundle, files: list[Path]) -> Floats:
    """Probabilities of all files, shape (n, classes).

    Raises:
        ImageError: one of them cannot be read; the message names the first such ones.
    """
    answers = list(progress(bundle.predict_files(files), len(files), "test images predicted"))
    faults = [f"  {path}: {error}" for path, probabilities, error in answers if probabilities is None]
    if faults:
        raise ImageError(
            f"{len(faults)} of {len(files)} accepted test images cannot be read; `dvc repro validate` sorts them out:\n"
            + "\n".join(faults[:5])
        )
    return np.array([probabilities for _, probabilities, _ in answers], dtype=float)


def write_training(history: pd.DataFrame, card: Card) -> None:
    """How the training went, as a picture.

    Raises:
        TableError: history.csv holds something else than numbers.
    """
    try:
        curves = {column: history[column].to_numpy(dtype=float) for column in ("epoch", *SERIES)}
    except ValueError as error:
        raise TableError(
            f"{paths.HISTORY}: expected numbers in every column ({error}); `dvc repro` makes it"
        ) from error
    write_bytes(draw_training(curves, card.best_epoch, phantom=card.phantom), paths.FIGURES / "training.png")


def write_figures(outcome: Outcome, metrics: Mapping[str, Any], params: EvaluateParams) -> None:
    """The test result as pictures."""
    truth, scores, classes = outcome.truth, outcome.probabilities, outcome.classes
    points = reliability(truth, scores, outcome.groups, params.bootstrap_samples, params.seed)
    phantom = metrics["phantom"]
    for name, picture in (
        ("confusion", draw_confusion(truth, scores.argmax(axis=1), classes, phantom=phantom)),
        ("roc", draw_roc(truth, scores, classes, phantom=phantom)),
        ("precision_recall", draw_precision_recall(truth, scores, classes, phantom=phantom)),
        ("reliability", draw_reliability(points, scores.max(axis=1), metrics, phantom=phantom)),
        ("subgroups", draw_subgroups(metrics, phantom=phantom)),
    ):
        write_bytes(picture, paths.FIGURES / f"{name}.png")


def write_tables(outcome: Outcome, images: pd.DataFrame) -> None:
    """What each image was called, and what DVC draws its plots from."""
    predictions = predictions_table(images, outcome.probabilities, outcome.classes)
    write_table(predictions, prediction_columns(outcome.classes), paths.PREDICTIONS)
    confusion = confusion_table(outcome.truth, outcome.probabilities, outcome.classes)
    write_table(confusion, tuple(confusion.columns), paths.CONFUSION)
    write_table(roc_table(outcome.truth, outcome.probabilities, outcome.classes), ROC_COLUMNS, paths.ROC)


if __name__ == "__main__":
    run(main)
