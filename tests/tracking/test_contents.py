"""The note of a run: figures with intervals, as a person reads them in MLflow."""

import pandas as pd

from dermaflow.tracking.contents import note
from dermaflow.tracking.evaluated import Evaluated

FIGURE = {"value": 0.714, "low": 0.64, "high": 0.78}
CARD = {
    "fingerprint": "f" * 64,
    "phantom": False,
    "classes": ["melanoma"],
    "data": {"sources": {"ham": 4}},
    "input": {"image_size_px": 96},
    "architecture": "cnn",
}
METRICS = {
    "n_images": 20,
    "n_groups": 15,
    "balanced_accuracy": FIGURE,
    "melanoma_vs_nevus_auc": FIGURE,
    "ece": FIGURE,
    "operating_point": {
        "diagnosis": "melanoma",
        "threshold": 0.1234,
        "sensitivity": FIGURE,
        "specificity": {"value": None, "low": None, "high": None},
    },
    "per_class": {},
    "shortcuts": {},
}


def noted(metrics):
    return note(Evaluated(CARD, metrics, pd.DataFrame(), model_digest="", digest="")).splitlines()


def test_the_note_names_the_headlines_and_what_suspicion_is_worth():
    lines = noted(METRICS)
    assert "| AUC, melanoma versus nevus | 0.71 (0.64 to 0.78) |  |" in lines
    assert "| calibration error | 0.71 (0.64 to 0.78) |  |" in lines
    assert "| sensitivity where p(melanoma) ≥ 0.123 | 0.71 (0.64 to 0.78) | |" in lines
    assert "| specificity where p(melanoma) ≥ 0.123 | undefined | |" in lines


def test_without_an_operating_point_the_note_names_none():
    assert not any("where p(" in line for line in noted({**METRICS, "operating_point": None}))
