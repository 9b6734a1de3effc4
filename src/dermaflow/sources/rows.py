"""The table of ingested images: from offers to rows, and what differs from the last table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from dermaflow.core.lesions import INGESTED_COLUMNS, PHANTOM
from dermaflow.sources.index import Content
from dermaflow.sources.offers import Offer


class _Row(NamedTuple):
    """What of a row tells it from others, and what may change; a tuple, for there may be 400,000."""

    source: str
    file: str
    image_id: str
    label: str
    diagnosis: str
    sha256: str
    official_partition: str
    lesion_id: str
    patient_id: str
    age: str
    sex: str
    site: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class Differences:
    """What became of the rows of the last table; each row named as its source files it."""

    added: list[str]
    relabelled: list[str]  # the same image under another label, moved to another class folder too
    changed: list[str]  # otherwise: other bytes, another lesion, age…
    removed: list[str]
    kept: int


def table_of(offers: Sequence[Offer], contents: Sequence[Content], ids: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """One row an offer, in the order given, with INGESTED_COLUMNS."""
    stated = [column for column in INGESTED_COLUMNS if column not in {"image_id", "source", "sha256"}]
    columns = {column: [getattr(offer, column) for offer in offers] for column in stated}
    pairs = list(zip(offers, contents, strict=True))
    columns["image_id"] = [ids[offer.name, content.sha256] for offer, content in pairs]
    columns["source"] = [_source(offer, content) for offer, content in pairs]
    columns["sha256"] = [content.sha256 for content in contents]
    return pd.DataFrame(columns, columns=list(INGESTED_COLUMNS), dtype=str)


def differences(before: pd.DataFrame, after: pd.DataFrame) -> Differences:
    """What differs from the last table; a row is told by its source and file, else by its source and image."""
    old, new = _by_file(before), _by_file(after)
    both = old.keys() & new.keys()
    gone = {(row.source, row.image_id): key for key, row in old.items() if key not in both}
    moved = {key: gone.pop((row.source, row.image_id), None) for key, row in new.items() if key not in both}
    pairs = [(old[key], new[key]) for key in new if key in both]
    pairs += [(old[known], new[key]) for key, known in moved.items() if known]
    relabelled = [f"{_named(b)} ({a.label} → {b.label})" for a, b in pairs if a.label != b.label]
    changed = [_named(b) for a, b in pairs if a.label == b.label and a != b]
    added = [_named(new[key]) for key, known in moved.items() if not known]
    left = {key for key in old if key not in both} - set(filter(None, moved.values()))
    return Differences(
        added=added,
        relabelled=relabelled,
        changed=changed,
        removed=[_named(old[key]) for key in old if key in left],
        kept=len(pairs) - len(relabelled) - len(changed),
    )


def _by_file(table: pd.DataFrame) -> dict[tuple[str, str], _Row]:
    rows = map(_Row, *(table[column].tolist() for column in _Row._fields))
    return {(row.source, row.file): row for row in rows}


def _named(row: _Row) -> str:
    return f"{row.source}: {row.file}"


def _source(offer: Offer, content: Content) -> str:
    """A generated image stays marked as such, wherever it was found."""
    unmarked = content.generated and not offer.source.startswith(PHANTOM)
    return f"{PHANTOM}-{offer.source}" if unmarked else offer.source
