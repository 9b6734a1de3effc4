"""The model whose weights a training begins with, if they are those of one: what it has learnt from before. No Keras.

A model must not be judged, nor chosen, by what its weights know already: the same picture, the same lesion or patient.
"""

from pathlib import Path

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import TrainingError
from dermaflow.core.groups import KINDS
from dermaflow.core.lesions import SEEN_COLUMNS, read_table
from dermaflow.model.params import IMAGENET, NO_WEIGHTS

_SAME = ("sha256", "pixels_sha256", "isic_id", "lesion_id", "also_lesion_id", "patient_id")
_NAMED = 3


def model_folder(weights: str) -> Path | None:
    """The folder of the model whose weights these are: itself, or that of its model.keras; None: they are of none.

    Whatever Keras saved whole is a model: it must not pass for weights that have learnt from nothing known.
    """
    path = Path(weights)
    if weights in (NO_WEIGHTS, IMAGENET):
        return None
    return path if path.is_dir() else path.parent if path.suffix == paths.MODEL.suffix else None


def weights_path(weights: str) -> Path:
    """The file that holds the weights: model.keras of the folder of a model, else that file."""
    path = Path(weights)
    return path / paths.MODEL.name if model_folder(weights) == path else path


def learnt_before(weights: str) -> pd.DataFrame:
    """What the model of `weights` was trained and chosen on, SEEN_COLUMNS; no row where they are of none.

    Raises:
        TableError: the folder lacks seen.csv, or an older version wrote it.
    """
    folder = model_folder(weights)
    if folder is None:
        return pd.DataFrame(columns=list(SEEN_COLUMNS), dtype=str)
    return read_table(folder / paths.SEEN.name, SEEN_COLUMNS)


def refuse_known(before: pd.DataFrame, ledger: pd.DataFrame, accepted: pd.DataFrame, weights: str) -> None:
    """Make sure that nothing in validation or test is known to the weights.

    Near copies of different names are not looked for here, for their pixels are gone: `quality.withheld` does that.

    Args:
        before: as `learnt_before` gives it.
        ledger: LEDGER_COLUMNS; accepted: ACCEPTED_COLUMNS.
        weights: what the message calls them.

    Raises:
        TrainingError: some are.
    """
    if before.empty:
        return
    judges = ledger.loc[ledger["partition"].isin(["validation", "test"]), "image_id"]
    judged = accepted[accepted["image_id"].isin(judges)]
    facts = _facts(before)
    known = [not facts.isdisjoint(own) for own in _facts_by_row(judged)]
    if any(known):
        names = judged.loc[known, "image_id"].tolist()
        raise TrainingError(
            f"train.weights: {weights} has learnt from {len(names):,} of the {len(judged):,} validation and test "
            f"images, or from others of the same lesion or patient ({', '.join(names[:_NAMED])}, …); expected none: "
            "train it anew with their collection in validate.withheld_sources"
        )


def _facts(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set().union(*_facts_by_row(rows))


def _facts_by_row(rows: pd.DataFrame) -> list[set[tuple[str, str]]]:
    """What tells that two rows show the same, by kind: blank tells nothing."""
    columns = [[(KINDS.get(name, name), value) for value in rows[name]] for name in _SAME]
    return [{fact for fact in facts if fact[1]} for facts in zip(*columns, strict=True)]
