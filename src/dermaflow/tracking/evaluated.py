"""What the stages left behind of one training and its evaluation: the files that a run is logged from. No pandas."""

import csv
import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json
from dermaflow.core.measures import AT_THRESHOLD, HEADLINES
from dermaflow.core.titles import training_name

MODEL_FILES = (
    paths.MODEL,
    paths.ONNX,
    paths.CARD,
    paths.SEEN,
)  # what a served model needs, and what it must not be tested on
REPORT_FILES = (paths.METRICS, paths.PREDICTIONS, paths.HISTORY, paths.VERDICT, paths.SHORTCUTS, paths.CARD)
CARD_FILES = (paths.MODEL_CARD_PAGE, paths.MODEL_CARD_TEXT)  # the model card, for people


@dataclass(frozen=True)
class Evaluated:
    """One trained and evaluated model, as its files say."""

    card: Mapping[str, Any]
    metrics: Mapping[str, Any]
    history: Sequence[Mapping[str, str]]  # a row an epoch
    model_digest: str  # sha256 of MODEL_FILES
    digest: str  # sha256 of all that is logged

    @property
    def fingerprint(self) -> str:
        """Names parameters, data and code of the training."""
        return str(self.card["fingerprint"])

    @property
    def phantom(self) -> bool:
        """Whether any image was generated and not photographed."""
        return bool(self.card["phantom"])

    @property
    def title(self) -> str:
        """The name of the run."""
        return run_title(self.card)


def read_evaluated() -> Evaluated:
    """Read what train and evaluate wrote.

    Raises:
        TableError: a file is missing or malformed, or the evaluation is of another model.
    """
    card, metrics = read_json(paths.CARD), read_json(paths.METRICS)
    absent = sorted({"fingerprint", "phantom", "classes", "data", "params", "input", "architecture"} - set(card))
    if absent:
        raise TableError(f"{paths.CARD}: expected a model card, without {', '.join(absent)}; `dvc repro` makes it")
    if metrics.get("fingerprint") != card["fingerprint"]:
        raise TableError(
            f"{paths.METRICS} is of the model {str(metrics.get('fingerprint'))[:8]}, "
            f"{paths.CARD} of {card['fingerprint'][:8]}: `dvc repro` brings them together"
        )
    return Evaluated(
        card=card,
        metrics=metrics,
        history=read_history(),
        model_digest=_digest(MODEL_FILES),
        digest=_digest([*MODEL_FILES, *REPORT_FILES, *CARD_FILES, *figures()]),
    )


def read_history() -> list[dict[str, str]]:
    """The epochs of the training, a row each.

    Raises:
        TableError: the file is missing or malformed.
    """
    try:
        with paths.HISTORY.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, restval="")
            rows, columns = list(table), table.fieldnames or ()
    except FileNotFoundError as error:
        raise TableError(f"{paths.HISTORY} is missing: `dvc repro` makes it") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise TableError(f"{paths.HISTORY}: expected a CSV table, received something else ({error})") from error
    if "epoch" not in columns:
        raise TableError(f"{paths.HISTORY}: expected the column epoch, found {', '.join(columns) or 'none'}")
    return rows


def run_title(card: Mapping[str, Any], *, of_all_folds: bool = False) -> str:
    """The name of the run of a card's training; of the cross-validation that it is a fold of."""
    fingerprint = "" if of_all_folds else str(card["fingerprint"])
    return training_name(card["architecture"], card["input"]["image_size_px"], card["data"]["sources"], fingerprint)


def figures() -> list[Path]:
    """The pictures of the evaluation, by name."""
    return sorted(paths.FIGURES.glob("*.png"))


def flat_figures(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Flat names for MLflow, whose pages sort them.

    They are test_<measure> with _low and _high, test_sensitivity/<class>, test_specificity/<class>, test_auc/<class>,
    test_at_threshold_<sensitivity|specificity> (suspicion of melanoma, at the model's threshold) and
    shortcut_<measure>, what the strongest shortcut reaches.
    """
    named = {f"test_{name}": metrics.get(name) for name in HEADLINES}
    for diagnosis, figures_of in metrics["per_class"].items():
        named |= {f"test_{kind}/{diagnosis}": figures_of.get(kind) for kind in ("sensitivity", "specificity", "auc")}
    point = metrics.get("operating_point") or {}
    named |= {f"test_at_threshold_{kind}": point.get(kind) for kind in AT_THRESHOLD}
    named |= {f"shortcut_{name}": figure for name, figure in metrics["shortcuts"].items()}
    flat = {"test_images": float(metrics["n_images"]), "test_groups": float(metrics["n_groups"])}
    for name, figure in named.items():
        for end, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            if figure and figure.get(end) is not None:
                flat[name + suffix] = float(figure[end])
    return flat


def epochs(history: Iterable[Mapping[str, str]]) -> Iterator[tuple[int, dict[str, float]]]:
    """Each epoch's number and figures; what is no number is left out."""
    for row in history:
        numbers = {key: _number(cell) for key, cell in row.items() if key != "epoch"}
        yield int(row["epoch"]), {key: value for key, value in numbers.items() if math.isfinite(value)}


def flattened(sections: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested parameters as `section.key` with their values as text."""
    flat: dict[str, str] = {}
    for key, value in sections.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


def _digest(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        try:
            with file.open("rb") as handle:
                whole.update(f"{file.as_posix()}\0{hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
        except FileNotFoundError as error:
            raise TableError(f"{file} is missing: `dvc repro` makes it") from error
    return whole.hexdigest()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
