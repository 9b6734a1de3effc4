"""What `dermaflow check` says on the terminal, in colour where there is any: the conclusion, then what it rests on."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dermaflow.quality.audit import Audit
from dermaflow.quality.conclusion import Conclusion, weight_of
from dermaflow.quality.reasons import explained
from dermaflow.quality.shortcuts import Shortcut
from dermaflow.quality.verdict import HARMLESS_REASONS, Verdict

_STYLES = {"untrusted": "bold red", "remarks": "bold yellow", "sound": "bold green"}
_WEIGHTS = {"strong": "red", "some": "yellow", "little": "dim"}
_BAR_CELLS = 20


def summary(audit: Audit, conclusion: Conclusion) -> RenderableType:
    """All of it, without markup: whatever a file is called is shown as it is."""
    verdict = audit.verdict
    parts: list[RenderableType] = []
    if verdict["phantom"]:
        parts.append(Text("PHANTOM: generated images are among these; nothing here is about skin.", "bold magenta"))
    parts.append(Text(plain(conclusion.sentence), _STYLES[conclusion.level]))
    parts += _section("What was found", _list(audit.story))
    if verdict["quarantined"]:
        parts += _section("What cannot be used", _reasons(verdict))
    if verdict["corrected"]:
        parts += _section("Labels that the official record corrects", _counts(verdict["corrected"]))
    if verdict["leaks"]:
        parts += _section("Test images tied to training images, by the strongest tie", _counts(verdict["leaks"]))
    if audit.shortcuts:
        parts += _section("What gives melanoma away without a look at the lesion", _shortcuts(audit.shortcuts))
    return Group(*parts)


def plain(text: str) -> str:
    """The text, what would steer a terminal or cannot be seen written out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _section(title: str, content: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold")
    yield Padding(content, (0, 0, 0, 2))


def _list(sentences: tuple[str, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for sentence in sentences:
        table.add_row("•", Text(plain(sentence)))
    return table


def _reasons(verdict: Verdict) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    counts = sorted(verdict["quarantined"].items(), key=lambda item: (item[0] in HARMLESS_REASONS, -item[1]))
    for reason, count in counts:
        style = "dim" if reason in HARMLESS_REASONS else "red"
        table.add_row(_number(count), Text(explained(reason).title, style), Text(plain(reason), "dim"))
    return table


def _counts(counts: dict[str, int]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, count in counts.items():
        table.add_row(_number(count), Text(plain(name)))
    return table


def _number(count: int) -> Text:
    return Text(f"{count:,}", justify="right")


def _shortcuts(shortcuts: tuple[Shortcut, ...]) -> RenderableType:
    """A row a shortcut: the AUC, and how far it is from chance as a bar."""
    table = Table.grid(padding=(0, 2))
    for shortcut in shortcuts:
        if shortcut.melanoma_auc is None:
            table.add_row(Text(shortcut.name), Text("cannot be told", "dim"))
            continue
        value, style = shortcut.melanoma_auc[0], _WEIGHTS[weight_of(shortcut.melanoma_auc)]
        bar = "█" * round(_BAR_CELLS * max(0.0, 2 * (value - 0.5)))
        table.add_row(Text(shortcut.name), Text(f"AUC {value:.2f}", style), Text(bar or "·", style))
    return table
