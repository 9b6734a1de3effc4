"""What one CSV file says of each image: who it shows, where, and the label; every dialect in the same words."""

import math
from pathlib import Path

import pandas as pd

from dermaflow.core.clinical import MAX_AGE_YEARS, SEX_WORDS, years_of
from dermaflow.core.errors import SourceError
from dermaflow.sources.csv_table import CsvTable, read_csv
from dermaflow.sources.dialects import LABEL_COLUMNS, Labels, labels_in, meanings
from dermaflow.sources.names import picture_key, stem_of

IMAGE = ("image", "image_id", "image_name", "isic_id", "img_id", "filename", "file_name")
FIELDS = {
    "lesion_id": ("lesion_id",),
    "patient_id": ("patient_id",),
    "age": ("age", "age_approx", "age_approximate"),
    "sex": ("sex", "gender"),
    "site": ("site", "localization", "anatom_site_general", "anatom_site_general_challenge"),
    "licence": ("licence", "license", "copyright_license"),
    "attribution": ("attribution",),
}
"""The columns of ours, each with the names that it has in the tables, the first found counts."""
RECORD_COLUMNS = ("name", "label", "diagnoses", *FIELDS)
WANTED = frozenset({*IMAGE, *LABEL_COLUMNS, *(name for names in FIELDS.values() for name in names)})

_BLANK = {"", "nan", "na", "n/a", "none", "null", "unknown", "unk", "-"}
_ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif")


def is_picture(name: str) -> bool:
    """Whether a file's name ends as those of pictures do."""
    return name.lower().endswith(_ENDINGS)


def read_records(file: Path, own: Labels | None) -> pd.DataFrame:
    """Read one table, in any dialect.

    Args:
        own: labels of the source's own, each with the known one that it means; None: labels are not looked at.

    Returns:
        A row a row of the file: RECORD_COLUMNS, blank where it says nothing (name: the image as the file names it;
        diagnoses: what the label may mean, joined by |), key (`names.picture_key`) and line (where it stands).

    Raises:
        SourceError: it is no CSV, names no images, names one unsafely, or holds a label, age or sex that is none.
    """
    table = read_csv(file, WANTED)
    names = _image_names(table)
    blank = [""] * len(names)
    columns = {"key": table.mapped(names, _key), "name": names, "label": blank, "diagnoses": blank}
    if own is not None:
        columns["label"] = labels_in(table, own) or blank
        columns["diagnoses"] = table.mapped(columns["label"], lambda label: "|".join(meanings(label, own)))
    readers = {"age": _age, "sex": _sex}
    for field, aliases in FIELDS.items():
        found = next((table.columns[alias] for alias in aliases if alias in table.columns), None)
        columns[field] = table.mapped(found, readers.get(field, _text)) if found else blank
    return pd.DataFrame(columns, dtype=str).assign(line=table.lines)


def _image_names(table: CsvTable) -> list[str]:
    for column in IMAGE:
        if column in table.columns:
            return table.columns[column]
    raise SourceError(
        f"{table.file}: expected a column that names images ({', '.join(IMAGE)}), found "
        f"{', '.join(sorted(table.columns)) or 'none that is known'}; is it a table of images with commas?"
    )


def _key(name: str) -> str:
    """The key of a named image: a plain name or path below the images, its ending left away.

    Raises:
        SourceError: the name is blank, absolute, leads elsewhere, or cannot be printed.
    """
    parts = name.split("/")
    if not name or not name.isprintable():
        raise SourceError(f"expected the name of an image, found {name[:80]!r}")
    if "\\" in name or ".." in parts or "" in parts or ":" in parts[0]:
        raise SourceError(f"expected a name or a path below the images, found '{name[:80]}'; it leads elsewhere")
    return picture_key(stem_of(name) if is_picture(name) else parts[-1])


def _text(cell: str) -> str:
    return "" if cell.lower() in _BLANK else cell


def _sex(cell: str) -> str:
    if cell.lower() not in _BLANK | SEX_WORDS.keys():
        raise SourceError(f"expected female, male or unknown, found '{cell[:40]}'")
    return SEX_WORDS.get(cell.lower(), "")


def _age(cell: str) -> str:
    """Years without a fraction of zero: 85.0, 85 and 85+ are 85."""
    if not _text(cell):
        return ""
    try:
        years = years_of(cell)
    except ValueError as error:
        raise SourceError(f"expected an age in years, found '{cell[:40]}'") from error
    if not math.isfinite(years) or not 0 <= years <= MAX_AGE_YEARS:
        raise SourceError(f"expected an age from 0 to {MAX_AGE_YEARS} years, found '{cell[:40]}'")
    return f"{years:g}"
