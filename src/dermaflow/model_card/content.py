"""What a model card is made of, before it is a page or a text: parts, items, paragraphs, tables, pictures.

All text is plain: whoever renders it escapes it. An item bears the numbers of TRIPOD+AI that it answers
(Collins et al. 2024, BMJ 385:e078378, doi 10.1136/bmj-2023-078378); blank: the checklist has none for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dermaflow.core.measures import in_words


@dataclass(frozen=True)
class Text:
    """A paragraph; a warning is set apart."""

    words: str
    warning: bool = False


@dataclass(frozen=True)
class Points:
    """A list."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines to be typed or compared as they are."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Cells as text; a row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers_from: int = 1  # the columns from here on hold numbers
    pale: frozenset[int] = frozenset()  # rows that are a hint at most, by place


@dataclass(frozen=True)
class Picture:
    """A PNG of reports/evaluate/figures."""

    name: str
    caption: str
    content: bytes
    full_page: bool = False  # small pictures and text in it: on paper it gets a page


Block = Text | Points | Code | Table | Picture


@dataclass(frozen=True)
class Item:
    """One thing that is reported."""

    numbers: str  # such as "5a" or "20b, 20c"
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Part:
    """A chapter."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class ModelCard:
    """The whole card."""

    title: str
    phantom: bool  # whether any image was generated and not photographed
    parts: tuple[Part, ...]


def item(numbers: str, title: str, *blocks: Block | str) -> Item:
    """An item; words alone are a paragraph, and blank ones none."""
    return Item(numbers, title, tuple(Text(block) if isinstance(block, str) else block for block in blocks if block))


def counted_table(head: Sequence[str], rows: Iterable[Sequence[str | int]], total: str = "") -> Table:
    """A table of names and counts; with a name for it, a last row of sums.

    A column of counts holds whole numbers in every row.
    """
    listed = [tuple(row) for row in rows]
    if total and listed:
        sums = [sum(column) if isinstance(column[0], int) else "" for column in zip(*listed, strict=True)]
        listed.append((total, *sums[1:]))
    cells = tuple(tuple(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) for row in listed)
    texts = next((place for place, cell in enumerate(listed[0]) if isinstance(cell, int)), 1) if listed else 1
    return Table(tuple(head), cells, texts)


def settings_table(sections: Mapping[str, Mapping[str, Any]]) -> Table:
    """Parameters as they stood in params.yaml, a row each."""
    rows = [(f"{section}.{key}", str(value)) for section, values in sections.items() for key, value in values.items()]
    return Table(("parameter", "value"), tuple(rows), numbers_from=2)


def measured(figure: Mapping[str, Any] | None) -> str:
    """A figure with its interval, to two digits: that is what the intervals bear."""
    return in_words(figure, digits=2)


def unbroken(words: str) -> str:
    """The same words, kept on one line."""
    return words.replace(" ", "\u00a0")


def narrow(figure: Mapping[str, Any] | None, digits: int = 2, *, signed: bool = False) -> str:
    """A figure for a narrow column: a line break may stand before the interval, and nowhere else."""
    if not figure or figure["value"] is None:
        return "–"
    value, interval = in_words(figure, digits, signed=signed).split(" ", 1)
    return value if figure["low"] is None else f"{value} {unbroken(interval)}"


def share(part: int, whole: int) -> str:
    """Such as `12 (40 %)`; of nothing the count alone."""
    return f"{part:,} ({percent(part / whole)})" if whole else f"{part:,}"


def percent(part: float) -> str:
    """Such as `95 %`."""
    return f"{part:.0%}".replace("%", " %")


def listed(words: Iterable[str]) -> str:
    """Such as `a, b and c`; of nothing: `none`."""
    first, *rest = [*words] or ["none"]
    return f"{', '.join([first, *rest[:-1]])} and {rest[-1]}" if rest else first
