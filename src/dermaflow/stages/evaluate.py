"""Test the trained model on images that it has never seen, and say how sure the figures are.

Reads   data/{validate/lesions.csv,split/ledger.csv,ingest/images}, data/validate/{quarantine.csv,corrections.csv},
        data/split/quarantine.csv, models/train/{model.onnx,card.json,history.csv,seen.csv},
        reports/validate/{shortcuts.json,verdict.json}
Writes  reports/evaluate/{metrics.json,predictions.csv,confusion.csv,roc.csv,figures,model_card.html,model_card.md};
        completes the MLflow run
Run     python -m dermaflow.stages.evaluate
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import TableError, run
from dermaflow.core.files import read_json, write_bytes, write_json
from dermaflow.core.images import load_rgb
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    CORRECTION_COLUMNS,
    HISTORY_COLUMNS,
    LEDGER_COLUMNS,
    QUARANTINE_COLUMNS,
    SEEN_COLUMNS,
    clinical_of,
    read_table,
    write_table,
)
from dermaflow.core.params import load_params
from dermaflow.evaluation.baselines import strongest
from dermaflow.evaluation.clinical import Beside, clinical_figures, clinical_lines, collections_of
from dermaflow.evaluation.figures_together import figures_of
from dermaflow.evaluation.figures_training import draw_training
from dermaflow.evaluation.gallery import draw_gallery, worst_errors
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of, summary_lines
from dermaflow.evaluation.strangers import draw_strangers
from dermaflow.evaluation.tables import (
    ROC_COLUMNS,
    check_kind,
    confusion_table,
    images_of_test,
    outcome_of,
    prediction_columns,
    predictions_table,
    roc_table,
)
from dermaflow.evaluation.unfamiliar import Distances, unfamiliar, unfamiliar_line
from dermaflow.model.bundle import Bundle, load_bundle
from dermaflow.model.card import Card
from dermaflow.model.checkpoint import best_epoch, histories_in
from dermaflow.model.session import Scores
from dermaflow.model_card.markdown import card_markdown
from dermaflow.model_card.page import card_page
from dermaflow.model_card.record import Record
from dermaflow.model_card.whole import model_card
from dermaflow.tracking.runs import log_evaluated_run

STRANGERS_PER_KIND = 40


def main() -> None:
    """Predict, measure, draw, log."""
    params = load_params("evaluate", EvaluateParams)
    bundle = load_bundle(paths.MODEL.parent)
    lesions = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)
    images = images_of_test(lesions, read_table(paths.LEDGER, LEDGER_COLUMNS), bundle.card.classes)
    check_kind(lesions, images, phantom=bundle.card.phantom)
    history = read_table(paths.HISTORY, HISTORY_COLUMNS)
    print(f"predicting {len(images):,} test images", flush=True)
    known = lesions.set_index("image_id").loc[images["image_id"]]
    files = [paths.ingested_image(image_id) for image_id in images["image_id"]]
    scores = bundle.predict_all(files, clinical_of(known))
    outcome = outcome_of(bundle.card.classes, bundle.card.melanoma_threshold, images, lesions, scores.probabilities)
    metrics = {
        "phantom": bundle.card.phantom,
        "fingerprint": bundle.card.fingerprint,
        **metrics_of(outcome, params),
        "clinical": beside_the_image(bundle, outcome, known, files, params),
        "unfamiliar": unfamiliar_to(bundle, Distances(scores.distance, outcome.groups), params),
        "shortcuts": strongest(read_json(paths.SHORTCUTS)),
    }
    write_training(history, phantom=bundle.card.phantom)
    for name, picture in figures_of(outcome, metrics, params).items():
        write_bytes(picture, paths.FIGURES / f"{name}.png")
    write_tables(outcome, images, scores)
    write_json(metrics, paths.METRICS)
    print("\n".join(summary_lines(metrics)), flush=True)
    if metrics["clinical"]:
        print("\n".join(clinical_lines(metrics["clinical"])), flush=True)
    if metrics["unfamiliar"]:
        print(unfamiliar_line(metrics["unfamiliar"]), flush=True)
    write_gallery(outcome, list(images["image_id"]), bundle.card)
    write_model_card(metrics, params, bundle.card, lesions)
    log_evaluated_run()


def beside_the_image(
    bundle: Bundle, outcome: Outcome, known: pd.DataFrame, files: list[Path], params: EvaluateParams
) -> dict[str, Any] | None:
    """What age, sex and site add to the image, which is asked once more without; None: the model takes it alone."""
    if bundle.card.clinical is None:
        return None
    print("once more, as if nothing were stated beside the images", flush=True)
    alone = bundle.predict_all(files).probabilities
    stated = clinical_of(known, bundle.card.attributes)
    return clinical_figures(Beside(outcome, alone, stated, collections_of(known)), params)


def unfamiliar_to(bundle: Bundle, known: Distances, params: EvaluateParams) -> dict[str, Any] | None:
    """How well the model tells pictures without a lesion from the test images; None: it measures no distance."""
    if bundle.card.familiarity is None:
        return None
    strangers = draw_strangers(bundle.card.input.image_size_px, STRANGERS_PER_KIND, params.seed)
    strange = Distances(bundle.predict(strangers.images).distance, strangers.groups)
    return unfamiliar(known, strange, strangers.kinds, params)


def write_training(history: pd.DataFrame, *, phantom: bool) -> None:
    """How the training went, as a picture.

    Raises:
        TableError: history.csv holds something else than numbers.
    """
    try:
        networks = histories_in(history)
    except ValueError as error:
        raise TableError(
            f"{paths.HISTORY}: expected numbers in every column ({error}); `dvc repro` makes it"
        ) from error
    kept = [best_epoch(epochs) for epochs in networks]
    write_bytes(draw_training(networks, kept, phantom=phantom), paths.FIGURES / "training.png")


def write_tables(outcome: Outcome, images: pd.DataFrame, scores: Scores) -> None:
    """What each image was called, and what DVC draws its plots from."""
    predictions = predictions_table(images, scores.probabilities, scores.distance, outcome.classes)
    write_table(predictions, prediction_columns(outcome.classes), paths.PREDICTIONS)
    confusion = confusion_table(outcome.truth, outcome.probabilities, outcome.classes)
    write_table(confusion, tuple(confusion.columns), paths.CONFUSION)
    write_table(roc_table(outcome.truth, outcome.probabilities, outcome.classes), ROC_COLUMNS, paths.ROC)


def write_gallery(outcome: Outcome, image_ids: list[str], card: Card) -> None:
    """The worst errors with what the network looked at; Keras is loaded for these alone."""
    rows = worst_errors(outcome)
    size = card.input.image_size_px
    seen = [load_rgb(paths.ingested_image(image_ids[row]), size) for row in rows]
    images = np.array(seen, dtype=np.uint8).reshape(len(rows), size, size, 3)
    maps = None
    if rows:
        from dermaflow.model.explanation import explained  # noqa: PLC0415 - takes seconds

        maps = explained(paths.MODEL, images, [int(outcome.probabilities[row].argmax()) for row in rows])
    picture = draw_gallery(outcome, image_ids, rows, images, maps, phantom=card.phantom)
    write_bytes(picture, paths.FIGURES / "gallery.png")


def write_model_card(metrics: Mapping[str, Any], params: EvaluateParams, card: Card, lesions: pd.DataFrame) -> None:
    """The model card as a page and as text, from all that the stages left."""
    record = Record(
        card=card.model_dump(mode="json"),
        metrics=metrics,
        verdict=read_json(paths.VERDICT),
        shortcuts=read_json(paths.SHORTCUTS),
        evaluation=params.model_dump(),
        lesions=lesions,
        ledger=read_table(paths.LEDGER, LEDGER_COLUMNS),
        quarantine=read_table(paths.QUARANTINE, QUARANTINE_COLUMNS),
        split_quarantine=read_table(paths.SPLIT_QUARANTINE, QUARANTINE_COLUMNS),
        corrections=read_table(paths.CORRECTIONS, CORRECTION_COLUMNS),
        seen=read_table(paths.SEEN, SEEN_COLUMNS),
        pictures={path.name: path.read_bytes() for path in sorted(paths.FIGURES.glob("*.png"))},
    )
    written = model_card(record)
    write_bytes(card_page(written).encode(), paths.MODEL_CARD_PAGE)
    write_bytes(card_markdown(written).encode(), paths.MODEL_CARD_TEXT)
    print(f"model card: {paths.MODEL_CARD_PAGE}", flush=True)


if __name__ == "__main__":
    run(main)
