"""All the tables of one source or authority as one: what they say together of each picture."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dermaflow.core.clinical import ATTRIBUTES
from dermaflow.core.errors import SourceError
from dermaflow.sources.dialects import Labels
from dermaflow.sources.records import RECORD_COLUMNS, read_records


def stated_in(tables: Sequence[str], own: Labels) -> pd.DataFrame:
    """Join tables by picture: ground truth and metadata, in whatever order, `_downsampled` or not.

    Args:
        tables: CSV files; a folder stands for all CSV files in it.
        own: labels of the source's own, each with the known one that it means.

    Returns:
        RECORD_COLUMNS, a row a picture, in the order of the tables; the index is `names.picture_key`.

    Raises:
        SourceError: a table cannot be read (see `read_records`), or two rows of one picture contradict each other.
    """
    return _joined(tables, own, RECORD_COLUMNS)


def clinical_in(tables: Sequence[str]) -> pd.DataFrame:
    """Age, sex and site alone, as `stated_in`: whatever else the tables say is not looked at, wrong or not."""
    return _joined(tables, None, ATTRIBUTES)


def _joined(tables: Sequence[str], own: Labels | None, columns: Sequence[str]) -> pd.DataFrame:
    files = [file for table in tables for file in csv_files(Path(table).expanduser())]
    read = [read_records(file, own).assign(file=number) for number, file in enumerate(files)]
    rows = pd.concat(read, ignore_index=True)
    if rows["key"].is_unique:
        return rows.set_index("key")[list(columns)]
    joined = pd.DataFrame(index=pd.Index(rows["key"].drop_duplicates(), name="key"))
    for column in columns:
        joined[column] = _agreed(rows, column, files).reindex(joined.index).fillna("")
    return joined


def csv_files(path: Path) -> list[Path]:
    """The file itself, or the CSV files in a folder, sorted.

    Raises:
        SourceError: a folder holds none.
    """
    if not path.is_dir():
        return [path]
    try:
        found = sorted(entry for entry in path.iterdir() if is_table(entry))
    except OSError as error:
        raise SourceError(f"{path}: the folder cannot be read ({error.strerror})") from error
    if not found:
        raise SourceError(f"{path}: expected CSV files in the folder, found none")
    for file in found:
        if file.is_symlink() and not file.resolve().is_relative_to(path.resolve()):
            raise SourceError(f"{file}: a link that leaves the folder ({file.resolve()}); put a copy in its place")
    return found


def is_table(path: Path) -> bool:
    """Whether a path looks like a CSV file, hidden ones not."""
    return path.suffix.lower() == ".csv" and not path.name.startswith(".") and not path.is_dir()


def _agreed(rows: pd.DataFrame, column: str, files: Sequence[Path]) -> pd.Series:
    """What the rows of each picture say in a column, where any says something; the first to name it counts."""
    said = rows[rows[column] != ""]
    compared = {"label": "diagnoses", "name": "key"}.get(column, column)  # MEL and melanoma are the same
    distinct = said.drop_duplicates(["key", compared])
    disputed = distinct["key"].duplicated(keep=False)
    if column != "diagnoses" and disputed.any():
        raise SourceError(_dispute(distinct[disputed], column, files))
    return distinct.drop_duplicates("key").set_index("key")[column]


def _dispute(disputed: pd.DataFrame, column: str, files: Sequence[Path]) -> str:
    pictures = disputed["key"].unique()
    both = disputed[disputed["key"] == pictures[0]].head(2)
    said = " and ".join(f"'{row[column]}' ({files[row['file']]}, line {row['line']})" for _, row in both.iterrows())
    others = f", and so do those of {len(pictures) - 1:,} others" if len(pictures) > 1 else ""
    return (
        f"the rows of {pictures[0]} contradict each other in {column}: {said}{others}; "
        "correct them, or give the tables as two authorities"
    )
