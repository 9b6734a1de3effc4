"""All records that a query names, page by page, or none: a listing that does not add up is not believed.

The archive gives pages from the newest image to the oldest, each with a cursor to the next; the first page states
how many images there are in all. Where images come or go meanwhile, the listing is begun anew.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from dermaflow.core.errors import SourceError
from dermaflow.core.parallel import progress
from dermaflow.sources.isic_archive_client import ArchiveClient
from dermaflow.sources.isic_archive_records import Page, Record, is_isic_id, read_record

Kept = TypeVar("Kept")

PAGE_SIZE = 100  # the most that the archive gives
IDS_AT_ONCE = 50  # in one query; its address stays well below the 8 kB that servers take
LISTINGS = 3  # begun at most, where what is listed changes meanwhile


class ListingChangedError(SourceError):
    """What is listed changed while it was listed."""


def list_records(
    client: ArchiveClient, query: str, collections: Sequence[int], keep: Callable[[Record], Kept]
) -> dict[str, Kept]:
    """Every record that fits the query and lies in one of the collections (in any, where none is named).

    Args:
        client: the archive.
        query: in the archive's own language; blank: all images.
        collections: their numbers.
        keep: what of a record is kept, under its ISIC id; there may be half a million.

    Raises:
        SourceError: the archive cannot be reached, answers malformed pages, or never the same twice.
    """
    asked = {
        "query": query,
        "collections": ",".join(map(str, collections)),
        "limit": str(PAGE_SIZE),
    }
    asked = {name: value for name, value in asked.items() if value}
    for _ in range(LISTINGS):
        try:
            return _listed(client, asked, keep)
        except ListingChangedError as error:
            changed = error
            print(f"the ISIC Archive: {changed}", flush=True)
    raise SourceError(
        f"the ISIC Archive: {changed}, at each of {LISTINGS} listings; run again when it is at rest"
    ) from changed


def list_by_id(
    client: ArchiveClient, ids: Sequence[str], query: str, collections: Sequence[int], keep: Callable[[Record], Kept]
) -> dict[str, Kept]:
    """The records with the given ids, as far as the archive has and shows them and the query allows.

    Raises:
        SourceError: as for `list_records`, or the archive answers what was not asked.
    """
    kept: dict[str, Kept] = {}
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = ids[start : start + IDS_AT_ONCE]
        named = " OR ".join(f"isic_id:{isic_id}" for isic_id in some)
        found = list_records(client, f"({query}) AND ({named})" if query else named, collections, keep)
        strange = found.keys() - set(some)
        if strange:
            raise SourceError(f"the ISIC Archive: asked for {some[0]} and others, answered with {min(strange)}")
        kept |= found
    return kept


def read_ids(stated: Sequence[str]) -> list[str]:
    """The distinct ids among those stated; "@FILE" stands for the ids in a file, one a line, # before a remark.

    Raises:
        SourceError: a file cannot be read, or something is no id.
    """
    return list(dict.fromkeys(isic_id for entry in stated for isic_id in _ids_of(entry)))


def _ids_of(entry: str) -> Iterator[str]:
    lines = [entry]
    if entry.startswith("@"):
        try:
            lines = Path(entry[1:]).expanduser().read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{entry[1:]}: expected a text file of ISIC ids, one a line; {error}") from error
    for line in lines:
        isic_id = line.split("#")[0].strip()
        if isic_id and not is_isic_id(isic_id):
            raise SourceError(f"'{isic_id[:40]}' is no ISIC id: expected ISIC_ and seven digits (ingest.sources, ids)")
        if isic_id:
            yield isic_id


def _listed(client: ArchiveClient, asked: dict[str, str], keep: Callable[[Record], Kept]) -> dict[str, Kept]:
    first = Page.read(client.listing(asked))
    if first.count is None:
        raise SourceError("the ISIC Archive: its first page does not say how many images there are in all")
    kept: dict[str, Kept] = {}
    for record in progress(_records(client, asked, first), first.count, "records of the ISIC Archive listed"):
        if record.isic_id in kept:
            raise ListingChangedError(f"{record.isic_id} was listed twice")
        kept[record.isic_id] = keep(record)
        if len(kept) > first.count:
            raise ListingChangedError(f"more images were listed than the {first.count:,} announced")
    if len(kept) < first.count:
        raise ListingChangedError(f"{len(kept):,} images were listed instead of the {first.count:,} announced")
    return kept


def _records(client: ArchiveClient, asked: dict[str, str], first: Page) -> Iterator[Record]:
    page, cursors = first, set[str]()
    while True:
        yield from map(read_record, page.results)
        if page.next is None:
            return
        if not page.results:
            raise SourceError("the ISIC Archive: an empty page says that another one follows")
        cursor = _cursor(page.next, client.base)
        if cursor in cursors:
            raise SourceError("the ISIC Archive: two pages name the same next one; its listing would never end")
        cursors.add(cursor)
        page = Page.read(client.listing(asked | {"cursor": cursor}))
        if page.count not in {None, first.count}:
            raise ListingChangedError(f"there are {page.count:,} images now, {first.count:,} were announced")


def _cursor(following: str, base: str) -> str:
    """The cursor in the address of the next page; nothing else of that address is used."""
    expected = f"{base}/images/search/"
    try:
        parts = urlsplit(following)
        cursors = parse_qs(parts.query).get("cursor", [])
    except ValueError:
        raise SourceError("the ISIC Archive: the address of the next page is none") from None
    if f"{parts.scheme}://{parts.netloc}{parts.path}" != expected:
        raise SourceError(f"the ISIC Archive: the next page lies at {parts.netloc[:80]!r}, expected {expected}")
    if len(cursors) != 1:
        raise SourceError("the ISIC Archive: the address of the next page holds no cursor")
    return cursors[0]
