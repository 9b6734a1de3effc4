"""A model card as GitHub-flavoured markdown; its pictures are those of the folder figures/ beside it."""

import re
from collections.abc import Iterator

from dermaflow.model_card.content import Block, Code, Item, ModelCard, Picture, Points, Table, Text

FIGURES = "figures"
PHANTOM = "PHANTOM: the model was trained or tested on generated images. Nothing here is a statement about skin."
CHECKLIST = (
    "Numbers in brackets are items of the TRIPOD+AI checklist "
    "(Collins et al. 2024, BMJ 385:e078378, doi 10.1136/bmj-2023-078378)."
)


def card_markdown(card: ModelCard) -> str:
    """The whole card; whatever a name holds, it is shown as it is and neither marks up nor links."""
    return "\n\n".join(_paragraphs(card)) + "\n"


def _paragraphs(card: ModelCard) -> Iterator[str]:
    yield f"# {_escaped(card.title)}"
    if card.phantom:
        yield f"**{PHANTOM}**"
    yield CHECKLIST
    for part in card.parts:
        yield f"## {_escaped(part.title)}"
        for each in part.items:
            yield _heading(each)
            for block in each.blocks:
                yield _block(block)


def _heading(each: Item) -> str:
    return f"### {_escaped(each.title)}" + (f" [{each.numbers}]" if each.numbers else "")


def _block(block: Block) -> str:
    match block:
        case Text():
            return f"> **{_escaped(block.words)}**" if block.warning else _escaped(block.words)
        case Points():
            return "\n".join(f"- {_escaped(line)}" for line in block.lines)
        case Code():
            return "\n".join(["```", *(line.replace("```", "'''") for line in block.lines), "```"])
        case Picture():
            return f"![{_escaped(block.caption)}]({FIGURES}/{block.name})\n\n*{_escaped(block.caption)}*"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rule = ["---" if place < table.numbers_from else "---:" for place in range(len(table.head))]
    rows = [[_escaped(cell) for cell in row] for row in table.rows]
    shown = [[f"*{cell}*" if cell and place in table.pale else cell for cell in row] for place, row in enumerate(rows)]
    lines = [[_escaped(name) for name in table.head], rule, *shown]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(words: str) -> str:
    """Text with every sign that markdown could read as markup made plain, on one line."""
    plain = re.sub(r"([\\`*\[\]<>|~$&])", r"\\\1", " ".join(words.split()))
    plain = re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", plain)  # within a word it marks nothing
    return re.sub(r"^([#+-])(?=\s|#|$)|^(\d+)([.)])(?=\s|$)", _at_the_start, plain)


def _at_the_start(found: re.Match[str]) -> str:
    sign, number, stop = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{stop}"
