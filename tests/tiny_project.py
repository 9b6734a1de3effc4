"""A project as train and evaluate leave it, made in seconds: drawn images and a real ONNX model with set weights."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from dermaflow.core import paths
from dermaflow.core.files import sha256_hex, write_bytes, write_json
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, SEEN_COLUMNS, write_table
from dermaflow.evaluation import baselines, figures, report
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.model.card import Card, Data, Input, write_card
from tests.drawn_onnx import write_linear_onnx

ROOT = Path(__file__).parents[1]
COLOURS = {"melanoma": (200, 60, 60), "nevus": (60, 200, 60), "vascular lesion": (60, 60, 200)}
CLASSES = tuple(COLOURS)
SIZE = 16
SHORTCUTS = [
    {
        "name": "id range",
        "n_images": 60,
        "left_out": [],
        "macro_auc": None,
        "melanoma_auc": {"value": 0.92, "low": 0.9, "high": 0.94},
    },
]
TEST_IMAGES = 48
TRAIN_IMAGES = 12


def draw_project() -> None:
    """Images, tables and parameters in the working directory; two images a group."""
    shutil.copy(ROOT / "params.yaml", paths.PARAMS)
    generator = np.random.default_rng(0)
    paths.INGESTED_IMAGES.mkdir(parents=True)
    rows = []
    for number in range(TEST_IMAGES + TRAIN_IMAGES):
        diagnosis = CLASSES[number // 2 % 3]
        noise = generator.normal(0, 20, (SIZE, SIZE, 3))
        pixels = np.clip(np.array(COLOURS[diagnosis]) + noise, 0, 255).astype(np.uint8)
        file = paths.ingested_image(f"IMG_{number:03d}")
        Image.fromarray(pixels).save(file)
        rows.append(
            {"image_id": file.stem, "diagnosis": diagnosis, "source": "drawn", "sha256": sha256_hex(file.read_bytes())}
        )
    lesions = pd.DataFrame(rows, columns=list(ACCEPTED_COLUMNS), dtype=str).fillna("")
    write_table(lesions, ACCEPTED_COLUMNS, paths.ACCEPTED)
    _divide(CLASSES)
    write_table(lesions.iloc[TEST_IMAGES:].assign(partition="train"), SEEN_COLUMNS, paths.SEEN)
    write_json({"passed": True}, paths.VERDICT)
    write_json(SHORTCUTS, paths.SHORTCUTS)


def put_model(
    fingerprint: str, *, skilled: bool = True, phantom: bool = False, classes: tuple[str, ...] = CLASSES
) -> None:
    """What train and evaluate write, of a model that knows all colours, or (unskilled) only that of melanoma."""
    from dermaflow.model.bundle import load_bundle  # noqa: PLC0415 - only where a model is asked

    _divide(classes)
    weights = np.array([[6.0 * (COLOURS[name][channel] == 200) for name in classes] for channel in range(3)])
    if not skilled:
        weights[1:] = 0.5
    bias = np.zeros(len(classes)) if skilled else np.array([-2.5] + [0.0] * (len(classes) - 1))
    write_linear_onnx(weights, bias, SIZE, paths.ONNX)
    paths.MODEL.write_bytes(b"what Keras would load; nothing here asks it")
    write_card(_card(fingerprint.ljust(64, "0"), classes, phantom=phantom), paths.CARD)
    history = pd.DataFrame({"epoch": [1, 2, 3], "loss": [1.0, 0.8, 0.7], "val_loss": [1.1, 0.9, 0.95]})
    history = history.assign(member_2_loss=[1.2, 1.0, None], member_2_val_loss=[1.3, 1.2, None])
    write_table(history, tuple(history.columns), paths.HISTORY)
    _evaluate(load_bundle(paths.MODEL.parent))


def _divide(classes):
    """The ledger: the last images are trained on; those of other diagnoses have been withdrawn."""
    lesions = pd.read_csv(paths.ACCEPTED, dtype=str, keep_default_na=False)
    ledger = lesions[["image_id", "sha256", "pixels_sha256"]].copy()
    ledger["group_id"] = [f"g{number // 2}" for number in range(len(lesions))]
    ledger["partition"] = ["test" if number < TEST_IMAGES else "train" for number in range(len(lesions))]
    ledger.loc[~lesions["diagnosis"].isin(classes), "partition"] = "withdrawn"
    write_table(ledger, LEDGER_COLUMNS, paths.LEDGER)


def _card(fingerprint, classes, *, phantom):
    n_each = dict.fromkeys(classes, 4)
    return Card(
        fingerprint=fingerprint,
        phantom=phantom,
        classes=classes,
        input=Input(image_size_px=SIZE),
        architecture="cnn",
        n_parameters=12,
        seed=7,
        params={"train": {"epochs": 3, "filters": [4]}, "ingest": {"phantom": {"lesions": 4}}},
        data=Data(fingerprint="d" * 64, sources={"drawn": 12}, train=n_each, copies={}, validation=n_each),
        best_epoch=2,
        epochs=3,
        versions={},
    )


def _evaluate(bundle):
    lesions = pd.read_csv(paths.ACCEPTED, dtype=str).iloc[:TEST_IMAGES]
    lesions = lesions[lesions["diagnosis"].isin(bundle.card.classes)]
    found = list(bundle.predict_files([paths.ingested_image(name) for name in lesions["image_id"]]))
    probabilities = np.array([said.probabilities for said in found])
    truth = np.array([bundle.card.classes.index(name) for name in lesions["diagnosis"]])
    groups = list(lesions["image_id"].str[-3:].astype(int) // 2)
    outcome = report.Outcome(bundle.card.classes, truth, probabilities, [f"g{group}" for group in groups])
    metrics = report.metrics_of(outcome, EvaluateParams(bootstrap_samples=100, seed=7))
    identity = {"phantom": bundle.card.phantom, "fingerprint": bundle.card.fingerprint}
    write_json({**identity, **metrics, "shortcuts": baselines.strongest(SHORTCUTS)}, paths.METRICS)
    columns = [f"p_{name}" for name in bundle.card.classes]
    table = pd.DataFrame(probabilities, columns=columns, index=lesions.index)
    predictions = pd.concat([lesions[["image_id", "diagnosis"]], table], axis=1)
    write_table(predictions, tuple(predictions.columns), paths.PREDICTIONS)
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    choice = probabilities.argmax(axis=1)
    picture = figures.draw_confusion(truth, choice, bundle.card.classes, phantom=bundle.card.phantom)
    (paths.FIGURES / "confusion.png").write_bytes(picture)
    write_bytes(f"<h1>{bundle.card.fingerprint}</h1>".encode(), paths.MODEL_CARD_PAGE)
    write_bytes(f"# {bundle.card.fingerprint}\n".encode(), paths.MODEL_CARD_TEXT)
