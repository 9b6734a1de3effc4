"""Bring the bytes that a source offers into one folder, each content once, reading only what is new or changed.

A new content is first laid ready under a hidden name, which says whose it is, and then renamed: whenever the work is
cut off, every visible file is whole, and the next run goes on from there and fetches nothing twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from dermaflow.core.errors import DermaflowError, SourceError
from dermaflow.core.files import sha256_hex, state_of, write_bytes
from dermaflow.core.parallel import parallel_map, progress
from dermaflow.sources.index import Content
from dermaflow.sources.offers import Catalogue, Offer, is_generated

Index = dict[str, Content]
_STORED = "stored/"


def read_new(catalogue: Catalogue, index: Mapping[str, Content], images: Path, workers: int | None) -> Iterator[Index]:
    """Fetch every offer that is new or changed and lay its bytes ready in `images`; give the index a batch at a time.

    The last index given knows every offer.

    Raises:
        SourceError: an offer cannot be fetched; the message names it. What lies ready is not fetched again.
    """
    known = dict(index)
    new = [offer for offer in catalogue.offers if not _is_known(offer, known)]
    for start in range(0, len(new), catalogue.batch):
        batch = new[start : start + catalogue.batch]
        of_all = f" (of {len(new):,} to read in all)" if len(new) > len(batch) else ""
        known |= _read_batch(catalogue, batch, images, workers, f"images read{of_all}")
        yield dict(known)
    if not new:
        yield known


def without_lost(index: Mapping[str, Content], images: Path) -> Index:
    """The index without what it says of contents that were stored and are gone: they are to be fetched again."""
    there = {entry.name for entry in images.iterdir()} if images.exists() else set()
    stored = {key: content.sha256 for key, content in index.items() if key.startswith(_STORED)}
    kept = {sha256 for key, sha256 in stored.items() if key.removeprefix(_STORED) in there}
    lost = set(stored.values()) - kept
    return {key: content for key, content in index.items() if content.sha256 not in lost}


def content_of(offer: Offer, index: Mapping[str, Content]) -> Content:
    """The content of an offer that `read_new` has read."""
    return index[_offer_key(offer)]


def put_in_place(
    wanted: Mapping[str, Offer], fetch: Callable[[Offer], bytes], index: Mapping[str, Content], images: Path
) -> Index:
    """Make every `<image_id>.jpg` in `images` hold the content of its offer; give an index of just that.

    Raises:
        SourceError: an offer has changed since it was read.
    """
    images.mkdir(parents=True, exist_ok=True)
    stored: Index = {}
    for image_id, offer in progress(wanted.items(), len(wanted), "images in place"):
        path, content = images / f"{image_id}.jpg", content_of(offer, index)
        if _stored_sha256(path, index) != content.sha256:
            _bring(offer, content, fetch, path)
        stored[_stored_key(path)] = Content(state_of(path) or "", content.sha256, content.generated)
    return stored


def offers_only(offers: Iterable[Offer], index: Mapping[str, Content]) -> Index:
    """The part of an index that speaks of what is still offered."""
    return {_offer_key(offer): content_of(offer, index) for offer in offers}


def remove_others(wanted: Mapping[str, Offer], images: Path) -> int:
    """Remove every file that no wanted image has, hidden left-overs too; give the number of images removed."""
    keep = {f"{image_id}.jpg" for image_id in wanted}
    others = [entry for entry in images.iterdir() if entry.name not in keep and not entry.is_dir()]
    for entry in others:
        entry.unlink()
    return sum(not entry.name.startswith(".") for entry in others)


def _read_batch(catalogue: Catalogue, batch: list[Offer], images: Path, workers: int | None, what: str) -> Index:
    work = partial(_read_one, catalogue.fetch, images)
    if catalogue.downloads:
        contents = parallel_map(work, batch, what, catalogue.downloads, threads=True)
    else:
        contents = parallel_map(work, batch, what, workers)
    return {_offer_key(offer): content for offer, content in zip(batch, contents, strict=True)}


def _is_known(offer: Offer, index: Mapping[str, Content]) -> bool:
    content = index.get(_offer_key(offer))
    return content is not None and content.state == offer.state


def _read_one(fetch: Callable[[Offer], bytes], images: Path, offer: Offer) -> Content:
    ready = _ready(images, offer)
    lies_ready = ready.exists()
    data = ready.read_bytes() if lies_ready else _fetched(fetch, offer)
    content = Content(offer.state, sha256_hex(data), is_generated(data))
    path = images / f"{offer.name}.jpg"
    if not lies_ready and not (path.exists() and path.stat().st_size == len(data) and path.read_bytes() == data):
        write_bytes(data, ready)
    return content


def _fetched(fetch: Callable[[Offer], bytes], offer: Offer) -> bytes:
    try:
        return fetch(offer)
    except (DermaflowError, OSError) as error:
        raise SourceError(f"{offer.source}, {offer.file}: {error}") from error


def _bring(offer: Offer, content: Content, fetch: Callable[[Offer], bytes], path: Path) -> None:
    ready = _ready(path.parent, offer)
    if ready.exists() and sha256_hex(ready.read_bytes()) == content.sha256:
        ready.replace(path)
        return
    data = _fetched(fetch, offer)
    if sha256_hex(data) != content.sha256:
        raise SourceError(
            f"{offer.source}, {offer.file}: it changed while it was read; run again when it is at rest, and "
            "if it was, without .cache/ingest/index.csv"
        )
    write_bytes(data, path)


def _stored_sha256(path: Path, index: Mapping[str, Content]) -> str | None:
    state = state_of(path)
    content = index.get(_stored_key(path))
    if state is None or (content is not None and content.state == state):
        return content.sha256 if content and state else None
    return sha256_hex(path.read_bytes())


def _ready(images: Path, offer: Offer) -> Path:
    """Where the bytes of an offer in its present state lie until they get their place."""
    whose = sha256_hex(f"{_offer_key(offer)}\0{offer.state}".encode())
    return images / f".{offer.name}-{whose[:16]}.ready"


def _offer_key(offer: Offer) -> str:
    return f"offered/{offer.source}/{offer.file}"


def _stored_key(path: Path) -> str:
    return f"{_STORED}{path.name}"
