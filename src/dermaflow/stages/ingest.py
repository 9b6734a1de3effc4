"""Bring what the sources offer into the project: every image once, every filing as a row, and what is known of it.

Reads   sources, authorities and weights named in params.yaml; data/ingest/lesions.csv (the last one, if any: known ids
        stay)
Writes  data/ingest/images/<image_id>.jpg, data/ingest/lesions.csv, data/ingest/authorities.csv,
        data/ingest/weights.json (the digests of the weights that a training begins with: they stay where they are);
        .cache/ingest/index.csv (safe to delete)
Run     python -m dermaflow.stages.ingest

It runs at every `dvc repro`, and reads only what is new or changed.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import run
from dermaflow.core.files import write_bytes
from dermaflow.core.lesions import INGESTED_COLUMNS, read_table_if_any
from dermaflow.core.params import load_params
from dermaflow.core.taxonomy import in_order
from dermaflow.model.fingerprint import first_weights
from dermaflow.model.params import TrainParams
from dermaflow.sources.authorities import authority_notes, authority_table, stated_by_all
from dermaflow.sources.catalogues import catalogues_of, fetch_from, offers_of
from dermaflow.sources.index import Content, read_index, write_index
from dermaflow.sources.intake import (
    content_of,
    offers_only,
    put_in_place,
    read_new,
    remove_others,
    without_lost,
)
from dermaflow.sources.names import assign_ids
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.params import IngestParams
from dermaflow.sources.rows import Differences, differences, table_of

NAMED = 5  # of each kind of difference


def main() -> None:
    """Run the stage."""
    params = load_params("ingest", IngestParams)
    weights = first_weights(load_params("train", TrainParams))
    stated = stated_by_all(params.authorities)
    catalogues = catalogues_of(params)
    offers = offers_of(catalogues)
    before = _last_table()
    index = _read(catalogues)
    contents = [content_of(offer, index) for offer in offers]
    named = [(offer.name, content.sha256) for offer, content in zip(offers, contents, strict=True)]
    ids = assign_ids(named, dict(zip(before["image_id"], before["sha256"], strict=True)))
    wanted = _first_offers(offers, [ids[key] for key in named])
    stored = put_in_place(wanted, fetch_from(catalogues), index, paths.INGESTED_IMAGES)
    after = table_of(offers, contents, ids)
    known = authority_table(after, stated)
    _write_if_changed(_csv(known), paths.AUTHORITIES)
    _write_if_changed(_csv(after), paths.INGESTED)
    _write_if_changed(f"{json.dumps(weights)}\n".encode(), paths.WEIGHTS)
    removed = remove_others(wanted, paths.INGESTED_IMAGES)
    _save_if_changed(offers_only(offers, index) | stored)
    notes = [note for catalogue in catalogues for note in catalogue.notes]
    _report([*notes, *authority_notes(known, stated, len(wanted))], differences(before, after))
    _report_images(after, removed)


def _last_table() -> pd.DataFrame:
    """The table of the last run, if any; what an older version of it did not have yet is blank."""
    table = read_table_if_any(paths.INGESTED, ("image_id", "file", "source", "sha256"))
    return table.reindex(columns=list(INGESTED_COLUMNS), fill_value="")


def _read(catalogues: Sequence[Catalogue]) -> dict[str, Content]:
    """Bring the index up to date, saving it as the work goes on."""
    saved = read_index(paths.INGEST_INDEX)
    index = without_lost(saved, paths.INGESTED_IMAGES)
    for catalogue in catalogues:
        for index in read_new(catalogue, index, paths.INGESTED_IMAGES, workers=None):  # noqa: B020 - it grows
            if index != saved:
                write_index(index, paths.INGEST_INDEX)
                saved = index
    return index


def _first_offers(offers: Sequence[Offer], image_ids: Sequence[str]) -> dict[str, Offer]:
    wanted: dict[str, Offer] = {}
    for image_id, offer in zip(image_ids, offers, strict=True):
        wanted.setdefault(image_id, offer)
    return wanted


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _write_if_changed(data: bytes, path: Path) -> None:
    if not path.exists() or path.read_bytes() != data:
        write_bytes(data, path)


def _save_if_changed(index: dict[str, Content]) -> None:
    if index != read_index(paths.INGEST_INDEX):
        write_index(index, paths.INGEST_INDEX)


def _report(notes: Sequence[str], found: Differences) -> None:
    for note in notes:
        print(note)
    told = {
        "added": found.added,
        "relabelled": found.relabelled,
        "changed otherwise": found.changed,
        "removed": found.removed,
    }
    counts = ", ".join(f"{len(rows):,} {what}" for what, rows in told.items())
    print(f"ingest: {counts}, {found.kept:,} kept")
    all_is_new = not (found.relabelled or found.changed or found.removed or found.kept)
    for what, rows in told.items():
        if rows and not all_is_new:
            print(f"  {what}: {', '.join(rows[:NAMED])}{' …' if len(rows) > NAMED else ''}")


def _report_images(after: pd.DataFrame, removed: int) -> None:
    print(f"ingest: {len(after):,} files offered by {', '.join(after['source'].unique())}")
    print(f"ingest: {after['image_id'].nunique():,} images stored, {removed:,} no longer offered and removed")
    counts = after["diagnosis"].value_counts()
    for diagnosis in (*in_order(name for name in counts.index if name), *[""] * ("" in counts)):
        print(f"  {diagnosis or 'none of these':<28}{counts[diagnosis]:>8,}", flush=True)


if __name__ == "__main__":
    run(main)
