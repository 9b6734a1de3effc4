"""Where every file between stages lies, relative to the root of the project (the folder of dvc.yaml)."""

from pathlib import Path

PARAMS = Path("params.yaml")

INGESTED_IMAGES = Path("data/ingest/images")
INGESTED = Path("data/ingest/lesions.csv")
AUTHORITIES = Path("data/ingest/authorities.csv")
WEIGHTS = Path("data/ingest/weights.json")
INGEST_INDEX = Path(".cache/ingest/index.csv")

ACCEPTED = Path("data/validate/lesions.csv")
FACTS = Path("data/validate/facts.csv")
QUARANTINE = Path("data/validate/quarantine.csv")
CORRECTIONS = Path("data/validate/corrections.csv")
PROFILE = Path("data/validate/profile.json")
MEASUREMENTS = Path(".cache/validate")
VERDICT = Path("reports/validate/verdict.json")
SHORTCUTS = Path("reports/validate/shortcuts.json")
DATA_DOCS = Path("reports/validate/data_docs")

LEDGER = Path("data/split/ledger.csv")
SCHEME = Path("data/split/scheme.json")
SPLIT_QUARANTINE = Path("data/split/quarantine.csv")
PARTITION_DOCS = Path("reports/split/data_docs")

AUGMENTED_IMAGES = Path("data/augment/images")
PLAN = Path("data/augment/plan.csv")

MODEL = Path("models/train/model.keras")
ONNX = Path("models/train/model.onnx")
CARD = Path("models/train/card.json")
HISTORY = Path("models/train/history.csv")
SEEN = Path("models/train/seen.csv")
CHECKPOINTS = Path(".cache/train")

METRICS = Path("reports/evaluate/metrics.json")
PREDICTIONS = Path("reports/evaluate/predictions.csv")
CONFUSION = Path("reports/evaluate/confusion.csv")
ROC = Path("reports/evaluate/roc.csv")
FIGURES = Path("reports/evaluate/figures")
MODEL_CARD_PAGE = Path("reports/evaluate/model_card.html")
MODEL_CARD_TEXT = Path("reports/evaluate/model_card.md")

RETRAINING = Path(".cache/retrain.lock")  # held by a retraining, and by whoever writes params.yaml
DECISIONS = Path("reports/promote")
DECIDING = Path(".cache/promote.lock")  # held by whoever changes what is in force


def ingested_image(image_id: str) -> Path:
    """The file of one ingested image, its bytes as found; its content, not its name, tells its format."""
    return INGESTED_IMAGES / f"{image_id}.jpg"
