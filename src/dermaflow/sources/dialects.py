"""How the ISIC challenges, HAM10000 and the ISIC Archive say in columns what an image shows.

| who | columns |
|---|---|
| HAM10000 | dx |
| ISIC 2016 | none named: image, benign or malignant (or 0.0 and 1.0) |
| ISIC 2017 | melanoma, seborrheic_keratosis: 0 or 1 each; neither is a nevus |
| ISIC 2018, 2019, MILK10k | one of MEL NV BCC AK AKIEC BKL DF VASC SCC UNK… is 1 |
| ISIC 2020 | diagnosis, benign_malignant, target |
| ISIC 2024 | target, iddx_full, iddx_1 to iddx_5 |
| ISIC Archive | diagnosis_1 to diagnosis_5, or diagnosis as of old |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import deepest_known, meanings_of
from dermaflow.sources.csv_table import CsvTable

LEVELS = ("diagnosis_1", "diagnosis_2", "diagnosis_3", "diagnosis_4", "diagnosis_5")
IDDX = ("iddx_1", "iddx_2", "iddx_3", "iddx_4", "iddx_5")
NAMED = ("dx", "diagnosis", "label")
ONE_HOT = (
    "mel", "nv", "bcc", "ak", "akiec", "bkl", "df", "vasc", "scc", "unk", "sccka", "ben_oth", "mal_oth", "inf",
)  # fmt: skip
OF_2017 = ("melanoma", "seborrheic_keratosis")
TWO_KINDS = ("benign_malignant", "target")
LABEL_COLUMNS = frozenset({*LEVELS, *IDDX, "iddx_full", *NAMED, *ONE_HOT, *OF_2017, *TWO_KINDS})

_FEWEST_ONE_HOT = 2
_NO_LABEL = ("", "nan", "none", "null", "n/a")
_KIND = {"0": "benign", "1": "malignant", "benign": "benign", "malignant": "malignant"}

Labels = Mapping[str, str]


def labels_in(table: CsvTable, own: Labels) -> list[str] | None:
    """The label of every row as stated, blank where none is; None: the table has no column of labels.

    Where several columns speak, the most particular that is not blank decides.

    Raises:
        SourceError: a row is not one-hot, or of the levels of its label none is known.
    """
    told = list(_tellings(table, own))
    return [next(filter(None, row), "") for row in zip(*told, strict=True)] if told else None


def meanings(label: str, own: Labels) -> tuple[str, ...]:
    """What a label means, the likeliest first: as the source itself says (`own`), else as the taxonomy does.

    Raises:
        SourceError: the label, or what the source says it means, is unknown.
    """
    return meanings_of(own.get(label, label))


def _tellings(table: CsvTable, own: Labels) -> Iterator[list[str]]:
    """The labels of each way of saying that the table uses, the most particular first."""
    columns = table.columns
    for levels in (LEVELS, IDDX):
        present = [columns[level] for level in levels if level in columns]
        if present:
            yield table.mapped(list(zip(*present, strict=True)), lambda levels: _deepest(levels, own))
    if "iddx_full" in columns and not any(level in columns for level in IDDX):
        yield table.mapped(columns["iddx_full"], lambda cell: _deepest(cell.split("::"), own))
    for name in NAMED:
        if name in columns:
            yield table.mapped(columns[name], _stated)
    one_hot = [name for name in ONE_HOT if name in columns]
    if len(one_hot) >= _FEWEST_ONE_HOT:
        cells = list(zip(*(columns[name] for name in one_hot), strict=True))
        yield table.mapped(cells, lambda row: _hot(one_hot, row))
    if all(name in columns for name in OF_2017):
        yield table.mapped(list(zip(*(columns[name] for name in OF_2017), strict=True)), _of_2017)
    for name in TWO_KINDS:
        if name in columns:
            yield table.mapped(columns[name], _kind)


def _deepest(levels: Iterable[str], own: Labels) -> str:
    stated = [_stated(level) for level in levels]
    known = [level for level in stated if level in own]
    return known[-1] if known else deepest_known(stated)


def _stated(cell: str) -> str:
    return "" if cell.lower() in _NO_LABEL else cell


def _hot(names: Sequence[str], cells: Sequence[str]) -> str:
    marks = [_mark(cell) for cell in cells]
    if sorted(marks) != [0] * (len(marks) - 1) + [1]:
        row = ", ".join(f"{name.upper()} {cell}" for name, cell in zip(names, cells, strict=True))
        raise SourceError(f"expected one 1 among zeros, found {row[:200]}")
    return names[marks.index(1)].upper()


def _of_2017(cells: tuple[str, ...]) -> str:
    melanoma, keratosis = (_mark(cell) for cell in cells)
    if melanoma + keratosis > 1:
        raise SourceError("expected melanoma or seborrheic_keratosis or neither, found both")
    return "melanoma" if melanoma else "seborrheic keratosis" if keratosis else "nevus"


def _kind(cell: str) -> str:
    """Benign or malignant, in words or as 0 and 1; anything else is a label of its own."""
    return _KIND.get(cell.removesuffix(".0").lower(), _stated(cell))


def _mark(cell: str) -> int:
    try:
        return {"0": 0, "1": 1}[cell.removesuffix(".0")]
    except KeyError as error:
        raise SourceError(f"expected 0 or 1, found '{cell[:40]}'") from error
