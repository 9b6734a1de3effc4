"""Tables beside a folder, or a zip archive, of images, as the ISIC challenges and HAM10000 come.

A picture belongs to a row by its ISIC number, else by its name. What has no partner is told: a row without a picture is
no offer, a picture without a row is one without a label.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from dermaflow.core.errors import SourceError
from dermaflow.sources.entries import Entry
from dermaflow.sources.folder import PARTITIONS, read_offer
from dermaflow.sources.names import collection_name, isic_id_of, picture_key, safe_name, slug, stem_of
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.params import ChallengeSource
from dermaflow.sources.records import is_picture
from dermaflow.sources.shelf import listed
from dermaflow.sources.tables import stated_in

_KEPT = ("label", "lesion_id", "patient_id", "age", "sex", "site", "licence", "attribution")
"""What goes from a row into its offer unchanged."""
_SOME = 5  # names in a note

Row = Mapping[str, str]


def challenge_catalogue(params: ChallengeSource) -> Catalogue:
    """List what tables and images offer together; no image is opened.

    Raises:
        SourceError: a table or the images cannot be read, a label is unknown, rows contradict each other, or no row
            belongs to any picture.
    """
    root = Path(params.images).expanduser()
    stated = stated_in(params.tables, params.labels)
    entries = listed(root)
    pictures = [entry for entry in entries if is_picture(entry.path)]
    keys = [picture_key(stem_of(entry.path)) for entry in pictures]
    if not set(keys) & set(stated.index):
        raise SourceError(
            f"{root}: expected the images that {', '.join(params.tables)} names, such as "
            f"{next(iter(stated['name']), 'none')}; found {len(pictures):,} others"
        )
    source = slug(params.name) if params.name else collection_name(Path(params.tables[0]).expanduser())
    offers = [_offer(entry, row, source) for entry, row in zip(pictures, _rows(stated, keys), strict=True)]
    outside = sum(not _is_table(entry.path) for entry in entries) - len(pictures)
    notes = [f"{source}: {note}" for note in _notes(stated, keys, offers, outside)]
    return Catalogue(tuple(offers), partial(read_offer, root), tuple(notes))


def _rows(stated: pd.DataFrame, keys: Sequence[str]) -> Iterator[Row]:
    """What is stated of each picture, blank where nothing is; equal cells are one object, for there may be 400,000."""
    names = (*_KEPT, "diagnoses")
    told = stated[list(names)].reindex(pd.Index(keys)).fillna("")
    shared: dict[str, str] = {}
    columns = [[shared.setdefault(cell, cell) for cell in told[name].to_numpy(dtype=object)] for name in names]
    return (dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True))


def _offer(entry: Entry, row: Row, source: str) -> Offer:
    stem = stem_of(entry.path)
    parts = [PARTITIONS[part.lower()] for part in entry.path.split("/")[:-1] if part.lower() in PARTITIONS]
    return Offer(
        name=safe_name(stem),
        file=entry.path,
        diagnosis=row["diagnoses"].partition("|")[0],
        labelled_by="table",
        source=source,
        state=entry.state,
        reference=entry.path,
        isic_id=isic_id_of(stem),
        official_partition=parts[-1] if parts else "",
        **{column: row[column] for column in _KEPT},
    )


def _notes(stated: pd.DataFrame, keys: Sequence[str], offers: Sequence[Offer], outside: int) -> list[str]:
    """What has no partner or no label, counted, with examples."""
    missing = stated.loc[~stated.index.isin(set(keys)), "name"].tolist()
    named = set(stated.index)
    strays = [offer.file for key, offer in zip(keys, offers, strict=True) if key not in named]
    unlabelled = [offer.file for offer in offers if not offer.label]
    counted = {
        "images named in the tables are not there": missing,
        "images have no row in the tables, and so no label": strays,
        "images have a row that states no label": sorted(set(unlabelled) - set(strays)),
    }
    notes = [f"{len(found):,} {what}: {_some(found)}" for what, found in counted.items() if found]
    return [*notes, f"{outside:,} files that are no pictures are left out"] if outside else notes


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SOME]) + (" …" if len(names) > _SOME else "")


def _is_table(path: str) -> bool:
    return path.lower().endswith(".csv")
