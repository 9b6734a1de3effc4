"""The table of ingested images: from offers to rows, and what differs from the last table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dermaflow.core.lesions import INGESTED_COLUMNS, PHANTOM
from dermaflow.sources.index import Content
from dermaflow.sources.offers import Offer


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
    """What differs from the last table; a row is told by its source and file, else by its source and image.

    Args:
        before: INGESTED_COLUMNS, as is `after`.
    """
    both = _paired(before, after, "file")
    gone = before[~before.index.isin(both["index_old"])]
    new = after[~after.index.isin(both["index_new"])]
    moved = _paired(gone, new.drop_duplicates(["source", "image_id"]), "image_id")
    moved = moved.drop_duplicates("index_old").drop_duplicates("index_new")
    pairs = pd.concat([both, moved]).sort_values("index_new")
    old = before.loc[pairs["index_old"]].reset_index(drop=True)
    present = after.loc[pairs["index_new"]].reset_index(drop=True)
    relabelled = (old["label"] != present["label"]).to_numpy()
    differs = (old != present).any(axis=1).to_numpy() & ~relabelled
    words = zip(_named(present[relabelled]), old["label"][relabelled], present["label"][relabelled], strict=True)
    return Differences(
        added=_named(new[~new.index.isin(moved["index_new"])]),
        relabelled=[f"{row} ({was} → {label})" for row, was, label in words],
        changed=_named(present[differs]),
        removed=_named(gone[~gone.index.isin(moved["index_old"])]),
        kept=int((~relabelled & ~differs).sum()),
    )


def _paired(before: pd.DataFrame, after: pd.DataFrame, by: str) -> pd.DataFrame:
    """Which rows of two tables have their source and `by` in common: index_old, index_new."""
    sides = [table[["source", by]].reset_index() for table in (before, after)]
    return sides[0].merge(sides[1], on=["source", by], suffixes=("_old", "_new"))[["index_old", "index_new"]]


def _named(rows: pd.DataFrame) -> list[str]:
    return [f"{source}: {file}" for source, file in zip(rows["source"], rows["file"], strict=True)]


def _source(offer: Offer, content: Content) -> str:
    """A generated image stays marked as such, wherever it was found."""
    unmarked = content.generated and not offer.source.startswith(PHANTOM)
    return f"{PHANTOM}-{offer.source}" if unmarked else offer.source
