"""CSV files as they come from anywhere: read strictly, so that a malformed one is told by its row and not misread."""

import csv
import re
import stat
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from dermaflow.core.errors import SourceError

Cell = TypeVar("Cell", bound=Hashable)

NO_HEADER = ("image", "benign_malignant")  # the columns of ISIC 2016's tables, which have no header

_IMAGE_CELL = re.compile(r"ISIC_\d{7}.*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The wanted columns of one file, all cells as text without blanks around them."""

    file: Path
    columns: dict[str, list[str]]  # by their names in lower case
    lines: list[int]  # on which each row ends, counted from 1

    def where(self, row: int) -> str:
        """A row (counted from 0) as a message names it."""
        return f"{self.file}, line {self.lines[row]}"

    def mapped(self, cells: Sequence[Cell], read: Callable[[Cell], str]) -> list[str]:
        """Read every distinct cell, of one or several columns, once; an error names the first row that holds it.

        Args:
            cells: one a row.
            read: raises SourceError where it cannot read a cell.

        Raises:
            SourceError: a cell cannot be read.
        """
        known: dict[Cell, str] = {}
        for row, cell in enumerate(cells):
            if cell not in known:
                try:
                    known[cell] = read(cell)
                except SourceError as error:
                    raise SourceError(f"{self.where(row)}: {error}") from error
        return [known[cell] for cell in cells]


def header_of(file: Path) -> tuple[str, ...]:
    """The names of a file's columns, in lower case.

    Raises:
        SourceError: as for `read_csv`.
    """
    with _opened(file) as stream:
        return _header(file, next(_rows(file, stream), (1, []))[1])[0]


def read_csv(file: Path, wanted: Collection[str]) -> CsvTable:
    """Read the wanted columns (in lower case) of a CSV file with commas, as far as it has them.

    Raises:
        SourceError: the file is missing, no plain file, not UTF-8, holds NUL, has a column twice, a row of another
            length than the header or a quotation that does not end.
    """
    with _opened(file) as stream:
        rows = _rows(file, stream)
        first = next(rows, (1, []))
        header, is_data = _header(file, first[1])
        places = {name: place for place, name in enumerate(header) if name in wanted}
        twice = sorted({name for name in places if header.count(name) > 1})
        if twice:
            raise SourceError(f"{file}: expected every column once, found {', '.join(twice)} again; take one out")
        cells: list[list[str]] = [[] for _ in places]
        shared: dict[str, str] = {}  # equal cells are one object: half a million rows repeat few words
        lines: list[int] = []
        for line, row in _with_first(rows, first, is_data=is_data):
            if len(row) != len(header):
                raise SourceError(f"{file}, line {line}: expected {len(header)} cells, found {len(row)}")
            for column, place in zip(cells, places.values(), strict=True):
                cell = row[place].strip()
                column.append(shared.setdefault(cell, cell))
            lines.append(line)
    return CsvTable(file, dict(zip(places, cells, strict=True)), lines)


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a special file"
            raise SourceError(f"{file}: expected a CSV file, found {kind}")
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield stream
    except OSError as error:
        raise SourceError(f"{file}: expected a CSV file, found none to read ({error.strerror})") from error
    except ValueError as error:  # a path with NUL in it
        raise SourceError(f"{str(file)!r}: expected the path of a CSV file ({error})") from error


def _rows(file: Path, stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, with the line on which it ends."""
    reader = csv.reader(_checked(file, stream), strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise SourceError(f"{file}, line {reader.line_num}: expected CSV with commas ({error})") from error
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _checked(file: Path, stream: TextIO) -> Iterator[str]:
    number = 0
    try:
        for number, line in enumerate(stream, 1):
            if "\0" in line:
                raise SourceError(f"{file}, line {number}: expected text, found a NUL byte; the file is damaged")
            yield line
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{file}, after line {number}: expected UTF-8, found another encoding ({error.reason}); save it as UTF-8"
        ) from error


def _header(file: Path, first: list[str]) -> tuple[tuple[str, ...], bool]:
    """The names of the columns, and whether the first row is one of data already."""
    if not first:
        raise SourceError(f"{file}: expected a table with a header, found an empty file")
    if len(first) == len(NO_HEADER) and _IMAGE_CELL.fullmatch(first[0].strip()):
        return NO_HEADER, True
    return tuple(name.strip().lower() for name in first), False


def _with_first(
    rows: Iterator[tuple[int, list[str]]], first: tuple[int, list[str]], *, is_data: bool
) -> Iterator[tuple[int, list[str]]]:
    if is_data:
        yield first
    yield from rows
