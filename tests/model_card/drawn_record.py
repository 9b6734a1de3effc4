"""What stages leave of a small training and its test, drawn from a seed: real measures of a simulated classifier."""

from functools import cache

import numpy as np
import pandas as pd

from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    CORRECTION_COLUMNS,
    LEDGER_COLUMNS,
    QUARANTINE_COLUMNS,
    SEEN_COLUMNS,
)
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of
from dermaflow.evaluation.subgroups import attributes_of
from dermaflow.model_card.record import Record

CLASSES = ("basal cell carcinoma", "melanoma", "nevus")
N = 120  # images, two a lesion: 60 train, 24 validation, 36 test
PARTS = ("train",) * 5 + ("validation",) * 2 + ("test",) * 3
SHORTCUTS = [
    {
        "name": "border",
        "sees": "the edge of the picture,",
        "n_images": N,
        "left_out": [],
        "balanced_accuracy": {"value": 0.5, "low": 0.4, "high": 0.6},
        "macro_auc": {"value": 0.7, "low": 0.6, "high": 0.8},
        "melanoma_auc": {"value": 0.8, "low": 0.7, "high": 0.9},
        "melanoma_vs_nevus_auc": None,
    }
]
CARD = {
    "fingerprint": "f" * 64,
    "phantom": False,
    "classes": list(CLASSES),
    "input": {"image_size_px": 64, "channels": 3},
    "preprocessing": "Decode the file.",
    "architecture": "cnn",
    "n_parameters": 12345,
    "seed": 7,
    "params": {
        "split": {"method": "grouped", "validation_frac": 0.2, "test_frac": 0.3, "seed": 7},
        "augment": {"images_per_class": 30, "seed": 7},
        "train": {"architecture": "cnn", "image_size_px": 64, "balance": "none", "views": 1},
    },
    "data": {
        "fingerprint": "d" * 64,
        "sources": {"clinic-a": 56, "clinic-b": 28},
        "train": dict.fromkeys(CLASSES, 20),
        "copies": dict.fromkeys(CLASSES, 10),
        "validation": dict.fromkeys(CLASSES, 8),
    },
    "best_epoch": 4,
    "epochs": 6,
    "temperature": 1.5,
    "operating_point": {
        "diagnosis": "melanoma",
        "min_sensitivity": 0.95,
        "threshold": 0.125,
        "sensitivity": 1.0,
        "specificity": 0.5,
        "n": 8,
    },
    "familiarity": {"method": "Mahalanobis", "kept_frac": 0.99, "n": 24},
    "versions": {"keras": "3.15.1", "python": "3.11.7"},
    "git": {"commit": "c" * 40, "dirty": False},
}


def drawn_lesions() -> pd.DataFrame:
    """120 accepted images of 60 lesions in two sources; every fourth has no age, every third no official label."""
    rows = [
        {
            "image_id": f"IMG_{number:03d}",
            "diagnosis": CLASSES[number // 2 % 3],
            "labelled_by": "folder",
            "source": "clinic-a" if number % 3 else "clinic-b",
            "lesion_id": f"L{number // 2}",
            "age": "" if number % 4 == 0 else str(20 + number % 60),
            "sex": ("female", "male", "")[number % 3],
            "site": "head/neck",
            "licence": "" if number % 3 else "CC-BY-NC",
            "attribution": "" if number % 3 else "Clinic B",
            "confirmed_by": "" if number % 3 == 0 else "isic2019|ham10000",
        }
        for number in range(N)
    ]
    return pd.DataFrame(rows, columns=list(ACCEPTED_COLUMNS), dtype=str).fillna("")


def drawn_record(lesions: pd.DataFrame | None = None, threshold: float | None = 0.125, **changes) -> Record:
    """The record; `changes` replace fields."""
    metrics = _usual_metrics(threshold) if lesions is None else None
    lesions = drawn_lesions() if lesions is None else lesions
    ledger = lesions[["image_id", "sha256", "pixels_sha256"]].copy()
    ledger["group_id"] = [f"g{number // 2}" for number in range(N)]
    ledger["partition"] = [PARTS[number // 2 % 10] for number in range(N)]
    fields = {
        "card": CARD,
        "metrics": metrics or drawn_metrics(lesions[ledger["partition"] == "test"], threshold),
        "verdict": {
            "phantom": False, "images_found": N + 7, "dropped_diagnoses": ["dermatofibroma"],
            "leaks": {}, "official_test": 0,
        },
        "shortcuts": SHORTCUTS,
        "evaluation": {"bootstrap_samples": 200, "seed": 7},
        "lesions": lesions,
        "ledger": ledger[list(LEDGER_COLUMNS)],
        "quarantine": quarantined("exact-copy", 5, "truncated", 2),
        "split_quarantine": quarantined(),
        "corrections": pd.DataFrame(
            [["IMG_001", "x", "nevus", "melanoma", "isic2019|ham10000"]], columns=CORRECTION_COLUMNS
        ),
        "seen": lesions.assign(partition="train")[list(SEEN_COLUMNS)],
        "pictures": {"confusion.png": b"\x89PNG confusion", "gallery.png": b"\x89PNG gallery"},
    }  # fmt: skip
    return Record(**(fields | changes))


@cache
def _usual_metrics(threshold: float | None) -> dict:
    lesions = drawn_lesions()
    return drawn_metrics(lesions[[PARTS[number // 2 % 10] == "test" for number in range(N)]], threshold)


def drawn_metrics(test: pd.DataFrame, threshold: float | None) -> dict:
    """What metrics.json holds of a classifier that is right more often than not."""
    generator = np.random.default_rng(0)
    truth = np.array([CLASSES.index(name) for name in test["diagnosis"]], dtype=np.int64)
    logits = generator.normal(size=(len(test), 3))
    logits[np.arange(len(test)), truth] += 1.5
    powers = np.exp(logits)
    groups = list(test["lesion_id"])
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    outcome = Outcome(CLASSES, truth, probabilities, groups, threshold, attributes_of(test))
    best = {key: {**SHORTCUTS[0][key], "by": "border"} for key in ("balanced_accuracy", "macro_auc", "melanoma_auc")}
    measures = metrics_of(outcome, EvaluateParams(bootstrap_samples=200, seed=7))
    return {"phantom": False, "fingerprint": "f" * 64, **measures, "shortcuts": best}


def quarantined(*reasons: str | int) -> pd.DataFrame:
    """A quarantine table of so many images for each reason: reason, number, reason, number."""
    pairs = zip(reasons[::2], reasons[1::2], strict=True)
    names = [str(reason) for reason, n in pairs for _ in range(int(n))]
    rows = [[f"Q{number}", f"Q{number}.jpg", reason, ""] for number, reason in enumerate(names)]
    return pd.DataFrame(rows, columns=list(QUARANTINE_COLUMNS), dtype=str)


def item_of(part, title):
    """The item of a part whose title begins so."""
    return next(each for each in part.items if each.title.startswith(title))


def words_of(blocks):
    """All text of blocks, a piece a line."""
    pieces = []
    for block in blocks:
        for value in vars(block).values():
            pieces += _texts(value)
    return "\n".join(pieces)


def _texts(value):
    if isinstance(value, str):
        return [value]
    return [text for each in value for text in _texts(each)] if isinstance(value, tuple) else []
