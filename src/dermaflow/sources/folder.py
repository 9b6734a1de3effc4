"""A folder, or a zip archive, of class folders, with or without Train and Test above them, as image sets circulate.

Every file below a class folder is offered, whatever it is: what is no image is for validation to say. Pictures that lie
in no folder at all are offered without a label, for authorities to name.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import is_known
from dermaflow.sources.dialects import Labels, meanings
from dermaflow.sources.entries import Entry
from dermaflow.sources.names import collection_name, isic_id_of, safe_name, says_nothing, slug, stem_of
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.records import is_picture
from dermaflow.sources.shelf import listed, read

PARTITIONS: Mapping[str, str] = {
    "train": "train", "training": "train", "val": "train", "valid": "train", "validation": "train",
    "test": "test", "testing": "test",
}  # fmt: skip
"""Folders that stand above class folders, each with the part that it is; only a test part is set apart."""


def folder_catalogue(root: Path, name: str = "", own: Labels = {}) -> Catalogue:  # noqa: B006 - read only
    """List what a folder or archive offers; no file of it is opened.

    Args:
        root: the folder, or the archive.
        name: of the collection; blank: after the folder.
        own: labels of the source's own, each with the known one that it means.

    Raises:
        SourceError: it is missing or empty, holds no class folders or one of an unknown diagnosis, or what leads
            elsewhere: a link, a special file, an unsafe name.
    """
    entries = listed(root)
    depth = shared_depth(root, entries, own)
    filed = [entry for entry in entries if _class_depth(entry, depth) is not None]
    source = slug(name) if name else collection_name(root)
    if filed:
        means = _means(root, filed, depth, own)
        offers = [_offer(entry, depth, means, source) for entry in filed]
        outside = [entry.path for entry in entries if _class_depth(entry, depth) is None]
        notes = _outside(outside, "outside the class folders")
    else:
        offers, notes = _unlabelled(root, entries, source)
    return Catalogue(tuple(offers), partial(read_offer, root), notes)


def read_offer(root: Path, offer: Offer) -> bytes:
    """The bytes of an offer whose reference is its path below the root."""
    return read(root, offer.reference)


def shared_depth(root: Path, entries: Sequence[Entry], own: Labels) -> int:
    """How many folders stand around everything else: an archive often holds one folder that holds all.

    The last one that stands around files alone is a class folder, unless its name says nothing or is the root's.
    """
    paths = [entry.path.split("/") for entry in entries]
    depth = 0
    while paths and all(len(path) > depth + 1 for path in paths):
        (first, *others) = {path[depth] for path in paths}
        is_class = first in own or is_known(first) or first.lower() in PARTITIONS
        holds_files_only = not any(len(path) > depth + 2 for path in paths)
        if others or is_class or (holds_files_only and not says_nothing(first) and first != root.stem):
            break
        depth += 1
    return depth


def _class_depth(entry: Entry, depth: int) -> int | None:
    """Which part of a path names the class; None: the file lies outside class folders."""
    parts = entry.path.split("/")
    depth += len(parts) > depth + 1 and parts[depth].lower() in PARTITIONS
    return depth if len(parts) > depth + 1 else None


def _means(root: Path, filed: Sequence[Entry], depth: int, own: Labels) -> dict[str, str]:
    """The likeliest diagnosis of each class folder, blank if its name says none of ours; by the name."""
    means: dict[str, str] = {}
    for entry in filed:
        parts = entry.path.split("/")
        place = _class_depth(entry, depth)
        assert place is not None
        if parts[place] not in means:
            try:
                means[parts[place]] = next(iter(meanings(parts[place], own)), "")
            except SourceError as error:
                folder = root / "/".join(parts[: place + 1])
                raise SourceError(
                    f"{folder}: {error}; rename the folder, or say under `labels` what it means"
                ) from error
    return means


def _offer(entry: Entry, depth: int, means: Mapping[str, str], source: str) -> Offer:
    parts = entry.path.split("/")
    place = _class_depth(entry, depth)
    assert place is not None
    stem = stem_of(entry.path)
    return Offer(
        name=safe_name(stem),
        file=entry.path,
        diagnosis=means[parts[place]],
        label=parts[place],
        labelled_by="folder",
        source=source,
        state=entry.state,
        reference=entry.path,
        isic_id=isic_id_of(stem),
        official_partition=PARTITIONS[parts[depth].lower()] if place > depth else "",
    )


def _unlabelled(root: Path, entries: Sequence[Entry], source: str) -> tuple[list[Offer], tuple[str, ...]]:
    """Pictures without a class folder."""
    pictures = [entry for entry in entries if is_picture(entry.path)]
    if not pictures:
        raise SourceError(
            f"{root}: expected folders named after diagnoses with images in them, or Train and Test above them; "
            f"found {f'{len(entries):,} other files' if entries else 'no file'}"
        )
    offers = [
        Offer(
            name=safe_name(stem_of(entry.path)),
            file=entry.path,
            diagnosis="",
            label="",
            labelled_by="folder",
            source=source,
            state=entry.state,
            reference=entry.path,
            isic_id=isic_id_of(stem_of(entry.path)),
        )
        for entry in pictures
    ]
    told = f"{root}: no class folders, so {len(offers):,} images have no label; authorities may give them"
    others = [entry.path for entry in entries if not is_picture(entry.path)]
    return offers, (told, *_outside(others, "that are no pictures"))


def _outside(paths: Sequence[str], where: str) -> tuple[str, ...]:
    """What is left out, so that nothing is passed over in silence."""
    return (f"{len(paths)} files {where} are left out: {', '.join(paths[:5])}",) if paths else ()
