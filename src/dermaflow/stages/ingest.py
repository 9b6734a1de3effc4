"""Bring what the source offers into the project: every image once, every filing of it as a row.

Reads   the source named in params.yaml, data/ingest/lesions.csv (the last one, if any: known ids stay)
Writes  data/ingest/images/<image_id>.jpg, data/ingest/lesions.csv; .cache/ingest/index.csv (safe to delete)
Run     python -m dermaflow.stages.ingest

It runs at every `dvc repro`, and reads only what is new or changed.
"""

from pathlib import Path

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import run
from dermaflow.core.files import write_bytes
from dermaflow.core.lesions import INGESTED_COLUMNS, read_table_if_any
from dermaflow.core.params import load_params
from dermaflow.core.taxonomy import in_order
from dermaflow.sources.folder import folder_catalogue
from dermaflow.sources.index import Content, read_index, write_index
from dermaflow.sources.intake import content_of, offers_only, put_in_place, read_new, remove_others
from dermaflow.sources.names import assign_ids
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.params import FolderSource, IngestParams
from dermaflow.sources.phantom import phantom_catalogue
from dermaflow.sources.rows import differences, table_of


def main() -> None:
    """Run the stage."""
    catalogue = catalogue_of(load_params("ingest", IngestParams))
    before = read_table_if_any(paths.INGESTED, INGESTED_COLUMNS)
    index = _read(catalogue)
    contents = [content_of(offer, index) for offer in catalogue.offers]
    named = [(offer.name, content.sha256) for offer, content in zip(catalogue.offers, contents, strict=True)]
    ids = assign_ids(named, dict(zip(before["image_id"], before["sha256"], strict=True)))
    wanted = _first_offers(catalogue, [ids[key] for key in named])
    stored = put_in_place(wanted, catalogue.fetch, index, paths.INGESTED_IMAGES)
    after = table_of(catalogue.offers, contents, ids)
    _write_if_changed(after)
    removed = remove_others(wanted, paths.INGESTED_IMAGES)
    _save_if_changed(offers_only(catalogue, index) | stored)
    _report(catalogue, before, after, removed)


def catalogue_of(params: IngestParams) -> Catalogue:
    """What the source that params name offers at this moment."""
    (source,) = params.sources
    if isinstance(source, FolderSource):
        return folder_catalogue(Path(source.path).expanduser())
    return phantom_catalogue(params.phantom)


def _read(catalogue: Catalogue) -> dict[str, Content]:
    before = index = read_index(paths.INGEST_INDEX)
    for index in read_new(catalogue, before, paths.INGESTED_IMAGES, workers=None):
        if index != before:
            write_index(index, paths.INGEST_INDEX)
    return index


def _first_offers(catalogue: Catalogue, image_ids: list[str]) -> dict[str, Offer]:
    wanted: dict[str, Offer] = {}
    for image_id, offer in zip(image_ids, catalogue.offers, strict=True):
        wanted.setdefault(image_id, offer)
    return wanted


def _write_if_changed(table: pd.DataFrame) -> None:
    data = table.to_csv(index=False, lineterminator="\n").encode()
    if not paths.INGESTED.exists() or paths.INGESTED.read_bytes() != data:
        write_bytes(data, paths.INGESTED)


def _save_if_changed(index: dict[str, Content]) -> None:
    if index != read_index(paths.INGEST_INDEX):
        write_index(index, paths.INGEST_INDEX)


def _report(catalogue: Catalogue, before: pd.DataFrame, after: pd.DataFrame, removed: int) -> None:
    for note in catalogue.notes:
        print(note)
    counts = ", ".join(f"{count:,} {what}" for what, count in differences(before, after).items())
    print(f"ingest: {len(after):,} files offered: {counts}")
    print(f"ingest: {after['image_id'].nunique():,} images stored, {removed:,} no longer offered and removed")
    for diagnosis in in_order(after["diagnosis"]):
        print(f"  {diagnosis:<28}{(after['diagnosis'] == diagnosis).sum():>8,}", flush=True)


if __name__ == "__main__":
    run(main)
