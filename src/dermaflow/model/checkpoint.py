"""A training as far as it has come, on disk: history.csv says how many epochs are done, epoch-<n>.keras are the models.

Each epoch writes its model first and history.csv last, so that a training killed at any moment finds here the
end of a whole epoch. Only the last model and the best are kept. No Keras: how a model is saved is the caller's.
"""

import math
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from dermaflow.core.errors import TableError
from dermaflow.core.files import replacing
from dermaflow.core.lesions import HISTORY_COLUMNS, read_table_if_any, write_table

OTHER_TRUNKS_KEPT = 1  # of what frozen layers gave to earlier trainings; each may take gigabytes
_TRUNK = "trunk-"
ABANDONED_AFTER_S = 7 * 24 * 3600.0

Row = dict[str, float]
"""HISTORY_COLUMNS of one epoch, except its number."""


def model_file(folder: Path, epoch: int) -> Path:
    """Where the model as it was at the end of an epoch (counted from 1) lies."""
    return folder / f"epoch-{epoch}.keras"


def best_epoch(history: Sequence[Row]) -> int:
    """The epoch, counted from 1, with the lowest validation loss, which is after calibration; of equals the first.

    Input: at least one row.
    """
    losses = [row["val_loss"] for row in history]
    return losses.index(min(losses)) + 1


def is_over(history: Sequence[Row], epochs: int, patience_epochs: int, head_epochs: int = 0) -> bool:
    """Whether all epochs are done or the validation loss has not improved for `patience_epochs`.

    Patience begins with the second phase: `head_epochs` are always done.
    """
    waited = len(history) - max(best_epoch(history), head_epochs) if history else 0
    return len(history) >= epochs or waited >= patience_epochs


def store(folder: Path, history: Sequence[Row], save: Callable[[Path], None]) -> None:
    """Store the end of the last epoch of `history`; `save` writes the model to the path given to it."""
    with replacing(model_file(folder, len(history))) as temporary:
        save(temporary)
    write_history([history], folder / "history.csv")
    kept = {model_file(folder, len(history)), model_file(folder, best_epoch(history))}
    for file in set(folder.glob("epoch-*.keras")) - kept:
        file.unlink()


def stored_history(folder: Path) -> list[Row]:
    """The epochs done so far; none where nothing is stored or what is stored is not whole."""
    try:
        histories = histories_in(read_table_if_any(folder / "history.csv", HISTORY_COLUMNS))
    except (TableError, ValueError):
        return []
    history = histories[0] if histories else []
    whole = bool(history) and all(model_file(folder, n).is_file() for n in (len(history), best_epoch(history)))
    return history if whole else []


def named_after(place: int, row: Mapping[str, float]) -> dict[str, float]:
    """The figures of an epoch under the names of a network, counted from 1; those of the first keep their names."""
    return {name if place == 1 else f"member_{place}_{name}": value for name, value in row.items()}


def write_history(histories: Sequence[Sequence[Row]], path: Path) -> None:
    """Write the epochs of one or more networks as CSV, numbers in full, so that what is read back is what was written.

    A row an epoch: HISTORY_COLUMNS, then the figures of further networks; blank where a network had ended before.
    """
    columns = ["epoch"]
    rows: list[dict[str, float]] = [{"epoch": number} for number in range(1, max(map(len, histories)) + 1)]
    for place, history in enumerate(histories, 1):
        columns += named_after(place, dict.fromkeys(HISTORY_COLUMNS[1:], math.nan))
        for row, figures in zip(rows, history, strict=False):
            row.update(named_after(place, figures))
    write_table(pd.DataFrame(rows, columns=columns), columns, path)


def histories_in(table: pd.DataFrame) -> list[list[Row]]:
    """What `write_history` was given, from the table that it made, cells as text; none where no epoch was done.

    Raises:
        ValueError: a cell is neither blank nor a number.
    """
    histories: list[list[Row]] = []
    names = HISTORY_COLUMNS[1:]
    while set(own := list(named_after(len(histories) + 1, dict.fromkeys(names, 0.0)))) <= set(table.columns):
        done = table.loc[(table[own] != "").any(axis="columns"), own].astype(float)
        histories.append([dict(zip(names, row, strict=True)) for row in done.to_numpy().tolist()])
    return [history for history in histories if history]


def abandoned(root: Path, now_s: float) -> list[Path]:
    """The folders in `root` in which nothing was written for ABANDONED_AFTER_S: nobody goes on from them.

    A training that is running writes at the end of each epoch; so young ones are left to whoever writes them.

    Args:
        now_s: the present time, in seconds since 1970, as `time.time` gives it.
    """
    return sorted(folder for folder in root.glob("*/") if now_s - _last_write_s(folder) > ABANDONED_AFTER_S)


def trunk_folder(root: Path, fingerprint: str) -> Path:
    """Where what frozen layers give lies (see fingerprint.trunk_fingerprint); trainings beside it may share it."""
    return root / f"{_TRUNK}{fingerprint}"


def superseded(root: Path, used: Collection[Path]) -> list[Path]:
    """The trunk folders in `root` but for those just used and, of the others, the OTHER_TRUNKS_KEPT used last."""
    others = [folder for folder in root.glob(f"{_TRUNK}*/") if folder not in used]
    return sorted(others, key=_last_write_s, reverse=True)[OTHER_TRUNKS_KEPT:]


def remove(folder: Path) -> None:
    """Remove all that is stored of a training, finished or not."""
    shutil.rmtree(folder, ignore_errors=True)


def _last_write_s(folder: Path) -> float:
    """When a file of the folder, or the folder itself, was last written; infinitely late if it is being removed."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except FileNotFoundError:
        return math.inf
