"""The model whose weights a training begins with, if they are those of one: what it has learnt from before. No Keras.

A model must not be judged, nor chosen, by what its weights know already: the same picture, the same lesion or patient.
"""

from pathlib import Path

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import TableError, TrainingError
from dermaflow.core.groups import shown_before
from dermaflow.core.lesions import SEEN_COLUMNS, read_table
from dermaflow.model.params import IMAGENET, NO_WEIGHTS

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
        TrainingError: the folder lacks seen.csv, or an older version wrote it.
    """
    folder = model_folder(weights)
    if folder is None:
        return pd.DataFrame(columns=list(SEEN_COLUMNS), dtype=str)
    try:
        return read_table(folder / paths.SEEN.name, SEEN_COLUMNS)
    except TableError as error:
        raise TrainingError(
            f"the weights {weights} do not say what they have learnt from: expected the folder of a model as this "
            f"version's training leaves it, seen.csv among its files ({error}): train that model anew, or name a file "
            "of weights that know no lesion"
        ) from error


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
    known = shown_before(judged, before)
    if known.any():
        names = judged.loc[known, "image_id"].tolist()
        raise TrainingError(
            f"the weights {weights} have learnt from {len(names):,} of the {len(judged):,} validation and test "
            f"images, or from others of the same lesion or patient ({', '.join(names[:_NAMED])}, …); expected none: "
            "train their model anew with that collection in validate.withheld_sources"
        )
