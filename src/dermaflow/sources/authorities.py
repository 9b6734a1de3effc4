"""Label authorities: tables that state official labels, lesions and patients of images that come from anywhere."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from dermaflow.core.errors import SourceError
from dermaflow.core.lesions import AUTHORITY_COLUMNS
from dermaflow.sources.names import collection_name, picture_key, slug, stem_of
from dermaflow.sources.params import Authority
from dermaflow.sources.tables import stated_in


def authority_name(authority: Authority) -> str:
    """The slug that an authority is known by: its name, else after its first table or folder."""
    return slug(authority.name) if authority.name else collection_name(Path(authority.tables[0]).expanduser())


def stated_by(authority: Authority) -> pd.DataFrame:
    """What an authority states: a row a picture, indexed by `names.picture_key`, columns as `tables.stated_in` gives.

    Raises:
        SourceError: as for `tables.stated_in`.
    """
    return stated_in(authority.tables, authority.labels)


def stated_by_all(authorities: Iterable[Authority]) -> dict[str, pd.DataFrame]:
    """What each authority states, by its name.

    Raises:
        SourceError: as for `stated_by`, or two are of one name.
    """
    stated: dict[str, pd.DataFrame] = {}
    for authority in authorities:
        name = authority_name(authority)
        if name in stated:
            raise SourceError(f"two authorities are named '{name}': give one of them another `name` in params.yaml")
        stated[name] = stated_by(authority)
    return stated


def authority_table(lesions: pd.DataFrame, stated: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What authorities know of ingested images.

    Args:
        lesions: INGESTED_COLUMNS; an image is known by its isic_id, else by the name of its file.
        stated: as `stated_by_all` gives it.

    Returns:
        AUTHORITY_COLUMNS, a row an image and authority that knows it; authorities in the order given, images in theirs.
    """
    images = lesions[["image_id", "isic_id", "file"]].drop_duplicates("image_id")
    keys = [
        isic_id or picture_key(stem_of(file)) for isic_id, file in zip(images["isic_id"], images["file"], strict=True)
    ]
    rows = pd.DataFrame({"image_id": images["image_id"].to_numpy(), "key": keys}, dtype=str)
    found = [rows.join(known, on="key", how="inner").assign(authority=name) for name, known in stated.items()]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(AUTHORITY_COLUMNS), dtype=str)
    return table[list(AUTHORITY_COLUMNS)]


def authority_notes(table: pd.DataFrame, stated: Mapping[str, pd.DataFrame], n_images: int) -> tuple[str, ...]:
    """How many of the ingested images each authority knows, and of how many it says what they show."""
    notes = []
    for name, known in stated.items():
        rows = table[table["authority"] == name]
        labelled, lesions = int((rows["label"] != "").sum()), int((rows["lesion_id"] != "").sum())
        notes.append(
            f"{'' if len(rows) else 'WARNING: '}authority {name}: {len(known):,} pictures stated, "
            f"{len(rows):,} of the {n_images:,} images known "
            f"({labelled:,} with a label, {lesions:,} with a lesion)"
        )
    return tuple(notes)
