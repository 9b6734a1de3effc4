"""Workspaces as the folds of a cross-validation leave them, made in a second: real tables, metrics and cards."""

import contextlib
from pathlib import Path

import numpy as np
import pandas as pd

from dermaflow.core import paths
from dermaflow.core.files import write_bytes, write_json
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, SEEN_COLUMNS, write_table
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of
from dermaflow.evaluation.tables import images_of_test, prediction_columns, predictions_table
from dermaflow.model.card import Card, Data, Input, OperatingPoint, write_card
from dermaflow.split.ledger import extend_ledger
from dermaflow.split.params import SplitParams
from dermaflow.tracking.evaluated import MODEL_FILES

CLASSES = ("melanoma", "nevus", "vascular lesion")
FOLDS = 2
EVALUATE = EvaluateParams(bootstrap_samples=100, seed=7)
THRESHOLDS = (0.3, 0.6)
HISTORY = {
    "epoch": [1, 2],
    "loss": [1.0, 0.9],
    "val_loss": [1.1, 1.0],
    "val_accuracy": [0.5, 0.75],
    "val_balanced_accuracy": [0.4, 0.6],
}
SHORTCUTS = [{"name": "border", "macro_auc": {"value": 0.6, "low": 0.5, "high": 0.7}, "melanoma_auc": None}]


def lesions(n: int = 60) -> pd.DataFrame:
    """Accepted images, two a lesion."""
    names = [f"IMG_{number:03d}" for number in range(n)]
    known = {
        "image_id": names,
        "diagnosis": [CLASSES[number // 2 % 3] for number in range(n)],
        "lesion_id": [f"L{number // 2}" for number in range(n)],
        "content_group": names,
        "sha256": [f"bytes of {name}" for name in names],
        "pixels_sha256": [f"pixels of {name}" for name in names],
        "source": ["drawn"] * n,
        "age": ["40"] * n,
        "sex": ["female", "male"] * (n // 2),
    }
    return pd.DataFrame({**dict.fromkeys(ACCEPTED_COLUMNS, ""), **known})[list(ACCEPTED_COLUMNS)]


def draw_training(folder: Path, fingerprint: str, **sections: object) -> Card:
    """What the stage train leaves in a folder, its networks as bytes that nobody opens."""
    each = dict.fromkeys(CLASSES, 4)
    card = Card(
        fingerprint=fingerprint.ljust(64, "0"),
        phantom=False,
        classes=CLASSES,
        input=Input(image_size_px=16),
        architecture="cnn",
        n_parameters=12,
        seed=7,
        params={"augment": {"images_per_class": 0}, "train": {"epochs": 2, "dropout": 0.3}, **sections},
        data=Data(fingerprint="d" * 64, sources={"drawn": 12}, train=each, copies={}, validation=each),
        best_epoch=2,
        epochs=2,
        operating_point=OperatingPoint(
            diagnosis="melanoma",
            min_sensitivity=0.95,
            threshold=THRESHOLDS[int(fingerprint[-1], 16) % 2],
            sensitivity=1.0,
            specificity=0.5,
            n=4,
        ),
        versions={},
    )
    for file in MODEL_FILES:
        write_bytes(f"{file.name} of {fingerprint}".encode(), folder / file)
    write_table(
        pd.DataFrame([dict.fromkeys(SEEN_COLUMNS, "") | {"image_id": "A", "partition": "train"}]),
        SEEN_COLUMNS,
        folder / paths.SEEN,
    )
    write_table(pd.DataFrame(HISTORY), tuple(HISTORY), folder / paths.HISTORY)
    write_card(card, folder / paths.CARD)
    return card


def draw_fold(folder: Path, fold: int, n_images: int = 60) -> Outcome:
    """What all stages leave of one fold; the outcome of its test."""
    params = SplitParams(method="folds", validation_frac=0.2, test_frac=0.2, folds=FOLDS, fold=fold, seed=7)
    accepted = lesions(n_images)
    ledger, _ = extend_ledger(pd.DataFrame(columns=list(LEDGER_COLUMNS), dtype=str), accepted, params)
    card = draw_training(folder, f"f0ld{fold}", split=params.model_dump())
    images = images_of_test(accepted, ledger, CLASSES)
    truth = np.array([CLASSES.index(name) for name in images["diagnosis"]])
    generator = np.random.default_rng(fold)
    probabilities = generator.dirichlet(np.ones(3), len(truth)) * 0.5 + 0.5 * np.eye(3)[truth]
    outcome = Outcome(CLASSES, truth, probabilities, list(images["group_id"]), THRESHOLDS[fold])
    distance = generator.uniform(0, 1, len(truth))
    predictions = predictions_table(images, probabilities, distance, CLASSES)
    with contextlib.chdir(folder):
        write_table(accepted, ACCEPTED_COLUMNS, paths.ACCEPTED)
        write_table(ledger, LEDGER_COLUMNS, paths.LEDGER)
        write_table(predictions, prediction_columns(CLASSES), paths.PREDICTIONS)
        metrics = {"phantom": False, "fingerprint": card.fingerprint, "shortcuts": {}}
        write_json({**metrics, **metrics_of(outcome, EVALUATE)}, paths.METRICS)
        write_json({"passed": True}, paths.VERDICT)
        write_json(SHORTCUTS, paths.SHORTCUTS)
        write_bytes(f"<h1>fold {fold}</h1>".encode(), paths.MODEL_CARD_PAGE)
        write_bytes(f"# Fold {fold}\n".encode(), paths.MODEL_CARD_TEXT)
    return outcome
