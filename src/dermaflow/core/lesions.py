"""The tables between stages: which columns they have, how they are read and written.

Every cell is text, blank where unknown; a column of numbers is converted where it is used.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from dermaflow.core.clinical import ATTRIBUTES, Clinical, encoded
from dermaflow.core.errors import TableError
from dermaflow.core.files import replacing

INGESTED_COLUMNS = (
    "image_id",  # names data/ingest/images/<image_id>.jpg; one content, one id
    "file",  # path below the root of the source, as found
    "diagnosis",  # one of taxonomy.DIAGNOSES; blank: the label names none of them
    "label",  # as the source states it
    "labelled_by",  # a Labeller
    "source",  # slug of the collection; begins with PHANTOM for generated images
    "isic_id",  # its number in the ISIC Archive, where its name states one: the same number is the same picture
    "official_partition",  # train, test, or blank
    "lesion_id",
    "patient_id",
    "age",  # years
    "sex",  # female, male, or blank
    "site",  # anatomical site
    "sha256",  # of the file's bytes
    "licence",
    "attribution",
)
AUTHORITY_COLUMNS = (
    "image_id",  # an ingested image
    "authority",  # which file says so
    "label",  # as stated there; blank: it says nothing of the diagnosis
    "diagnoses",  # what the label may mean, joined by |, the likeliest first; blank as the label, or for none of ours
    "lesion_id",
    "patient_id",
    "age",
    "sex",
    "site",
)  # one row an image and authority that knows it
CORRECTION_COLUMNS = ("image_id", "file", "from_diagnosis", "to_diagnosis", "authority")
ACCEPTED_COLUMNS = (
    *INGESTED_COLUMNS,
    "also_lesion_id",  # another number that a record or a copy gives the same lesion
    "pixels_sha256",  # see quality/facts.py
    "confirmed_by",  # the authorities that state this diagnosis or a wider one, joined by |; blank: none does
    "content_group",  # same value = near-identical images
)
QUARANTINE_COLUMNS = ("image_id", "file", "reason", "evidence")
LEDGER_COLUMNS = (
    "image_id",  # its name at present, or its last one
    "group_id",
    "partition",  # one of PARTITIONS, or withdrawn: not used any more
    "sha256",  # what the ledger knows an image by: a name may pass to other bytes
    "pixels_sha256",  # and by these where the same pixels come in other bytes
)
PLAN_COLUMNS = ("image_id", "diagnosis", "copy", "file")  # copy 0 is the image itself; file from the project's root
SEEN_COLUMNS = (
    "image_id",
    "sha256",
    "partition",  # a model was trained (train) or chosen (validation) on it
    "pixels_sha256",  # this and what follows as in the accepted table: what else shows the same
    "isic_id",
    "lesion_id",
    "also_lesion_id",
    "patient_id",
    "source",  # whence it came, and under which terms: a model that begins with this one owes them too
    "licence",
    "attribution",
)
HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "val_balanced_accuracy", "seconds")
PARTITIONS = ("train", "validation", "test")
Labeller = Literal["folder", "table", "archive", "phantom"]
"""Who stated a label: the name of a class folder, which anybody may give, or a source that keeps records."""

IMAGE_ID_PATTERN = r"^\w[\w.-]{0,159}$"
"""A file name without its ending, safe everywhere: letters of any script, digits, underscore, dot, hyphen."""
PHANTOM = "phantom"
NO_LETTERS = "digits alone"


def read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read a CSV with at least the given columns; every cell as text, blank where empty.

    Raises:
        TableError: the file is missing, is no CSV, or lacks a column.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError as error:
        raise TableError(f"{path} is missing: `dvc repro` makes it") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: expected a CSV table, received something else ({error})") from error
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise TableError(f"{path}: expected the columns {', '.join(columns)}; {', '.join(absent)} not found")
    return table


def read_table_if_any(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read a table as `read_table` does, or give an empty one where the file does not exist yet."""
    return read_table(path, columns) if path.exists() else pd.DataFrame(columns=list(columns), dtype=str)


def write_table(table: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """Write the given columns of a table as CSV, whole or not at all."""
    with replacing(path) as temporary:
        table.loc[:, list(columns)].to_csv(temporary, index=False, lineterminator="\n")


def clinical_of(lesions: pd.DataFrame, used: Collection[str] = ATTRIBUTES) -> Clinical:
    """What the table states of each image beside it, for a model: (rows, columns), see `core.clinical.encoded`."""
    return encoded(lesions["age"], lesions["sex"], lesions["site"], used)


def record_letters(lesions: pd.DataFrame) -> pd.Series:
    """The letters that a lesion's number begins with, such as HAM or BCN: the clinic; blank without a number.

    A number without letters before it has NO_LETTERS: that it is on record at all tells something, too.
    """
    letters = lesions["lesion_id"].str.extract(r"^([^\W\d_]*)", expand=False).fillna("")
    return letters.mask((letters == "") & (lesions["lesion_id"] != ""), NO_LETTERS)


def is_phantom(lesions: pd.DataFrame) -> bool:
    """Whether any image of the table (columns image_id, source) was generated and not photographed."""
    generated = lesions["source"].str.startswith(PHANTOM) | lesions["image_id"].str.startswith(PHANTOM.upper())
    return bool(generated.any())
