"""What a run holds beside its parameters and epochs: figures, files, pictures, the data set, the model, a summary."""

import json
import time
from collections.abc import Mapping
from typing import Any

from dermaflow.core import paths
from dermaflow.core.measures import AT_THRESHOLD, HEADLINES, in_words
from dermaflow.core.titles import kind_of_images
from dermaflow.tracking.backend import MlflowClient, entities
from dermaflow.tracking.evaluated import CARD_FILES, REPORT_FILES, Evaluated, figures, flat_figures
from dermaflow.tracking.git import git_tags
from dermaflow.tracking.names import MODEL_DIGEST_TAG
from dermaflow.tracking.packaging import log_model

MODEL_ID_TAG = "model_id"
DIGITS = 2  # of a figure in a note: what the intervals bear
DATASET_DIGEST_CHARS = 36  # as many as MLflow keeps


def log_contents(client: MlflowClient, run_id: str, evaluated: Evaluated) -> None:
    """Log all that the files hold; what a run keeps once (data set, model) only where it lacks it."""
    run = client.get_run(run_id)
    now_ms = int(time.time() * 1000)
    metrics = [entities.Metric(name, value, now_ms, 0) for name, value in flat_figures(evaluated.metrics).items()]
    client.log_batch(run_id, metrics=metrics, tags=[entities.RunTag(*tag) for tag in _tags(evaluated).items()])
    for file in REPORT_FILES:
        client.log_artifact(run_id, str(file), artifact_path="reports")
    for file in CARD_FILES:
        client.log_artifact(run_id, str(file))
    for picture in figures():
        client.log_artifact(run_id, str(picture), artifact_path="figures")
    if not run.inputs.dataset_inputs:
        client.log_inputs(run_id, datasets=[_data_set(evaluated)])
    if run.data.tags.get(MODEL_DIGEST_TAG) != evaluated.model_digest:
        client.set_tag(run_id, MODEL_ID_TAG, log_model(client, run_id, evaluated))
        client.set_tag(run_id, MODEL_DIGEST_TAG, evaluated.model_digest)


def _tags(evaluated: Evaluated) -> dict[str, str]:
    card = evaluated.card
    return {
        "sources": ", ".join(card["data"]["sources"]),
        "architecture": str(card["architecture"]),
        "classes": str(len(card["classes"])),
        "best_epoch": str(card.get("best_epoch", "")),
        "mlflow.note.content": note(evaluated),
        **git_tags(card),
    }


def note(evaluated: Evaluated) -> str:
    """What a person reads first in MLflow, as markdown."""
    card, metrics = evaluated.card, evaluated.metrics
    kind = kind_of_images(phantom=evaluated.phantom)
    absent = ", ".join(metrics.get("classes_without_test_images", ()))
    images = f"{metrics['n_images']} test images in {metrics['n_groups']} groups"
    lines = [
        f"**{evaluated.title}**: trained on {kind}.",
        "",
        f"| on {images} | value (95 % interval) | without looking at the lesion |",
        "|---|---|---|",
        *(
            f"| {words} | {in_words(metrics.get(name), DIGITS)} | {_shortcut(metrics, name)} |"
            for name, words in HEADLINES.items()
        ),
        *_operating(metrics.get("operating_point")),
        "",
        "| diagnosis | n | sensitivity | specificity |",
        "|---|---|---|---|",
        *(_row(name, metrics["per_class"].get(name, {})) for name in card["classes"]),
        *(["", f"Balanced accuracy and macro AUC leave out what no test image shows: {absent}."] if absent else []),
    ]
    return "\n".join(lines)


def _operating(point: Mapping[str, Any] | None) -> list[str]:
    """Rows of what suspicion of melanoma is worth at the model's threshold; none where there is no threshold."""
    if not point:
        return []
    where = f"where p({point['diagnosis']}) ≥ {point['threshold']:.3f}"
    return [f"| {name} {where} | {in_words(point[name], DIGITS)} | |" for name in AT_THRESHOLD]


def _shortcut(metrics: Mapping[str, Any], name: str) -> str:
    """The same figure by the strongest shortcut: what the model's must be held against."""
    figure = metrics["shortcuts"].get(name)
    return f"{in_words(figure, DIGITS)}, by {figure['by']}" if figure else ""


def _row(diagnosis: str, figures_of: Mapping[str, Any]) -> str:
    shares = " | ".join(in_words(figures_of.get(kind), DIGITS) for kind in ("sensitivity", "specificity"))
    return f"| {diagnosis} | {figures_of.get('n', 0)} | {shares} |"


def _data_set(evaluated: Evaluated) -> "entities.DatasetInput":
    data = evaluated.card["data"]
    data_set = entities.Dataset(
        name="+".join(data["sources"]),
        digest=str(data["fingerprint"])[:DATASET_DIGEST_CHARS],
        source_type="local",
        source=json.dumps({"uri": str(paths.ACCEPTED)}),
        profile=json.dumps({key: data.get(key) for key in ("train", "copies", "validation")}),
    )
    return entities.DatasetInput(data_set, [entities.InputTag("mlflow.data.context", "training")])
