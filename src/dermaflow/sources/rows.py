"""The table of ingested images: from offers to rows, and what differs from the last table."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dermaflow.core.lesions import INGESTED_COLUMNS, PHANTOM
from dermaflow.sources.index import Content
from dermaflow.sources.offers import Offer


def table_of(offers: Sequence[Offer], contents: Sequence[Content], ids: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """One row an offer, in the order given, with INGESTED_COLUMNS."""
    rows = [
        {column: getattr(offer, column, "") for column in INGESTED_COLUMNS}
        | {
            "image_id": ids[offer.name, content.sha256],
            "source": _source(offer, content),
            "sha256": content.sha256,
        }
        for offer, content in zip(offers, contents, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(INGESTED_COLUMNS), dtype=str)


def differences(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, int]:
    """How many rows were added, changed, removed and kept; a row is told by its source and file."""
    old, new = _by_file(before), _by_file(after)
    both = old.keys() & new.keys()
    changed = sum(old[key] != new[key] for key in both)
    return {
        "added": len(new) - len(both),
        "changed": changed,
        "removed": len(old) - len(both),
        "kept": len(both) - changed,
    }


def _by_file(table: pd.DataFrame) -> dict[tuple[str, str], tuple[str, ...]]:
    columns = [table[column].tolist() for column in INGESTED_COLUMNS]
    keys = zip(table["source"], table["file"], strict=True)
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def _source(offer: Offer, content: Content) -> str:
    """A generated image stays marked as such, wherever it was found."""
    unmarked = content.generated and not offer.source.startswith(PHANTOM)
    return f"{PHANTOM}-{offer.source}" if unmarked else offer.source
