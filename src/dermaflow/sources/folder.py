"""A folder of class folders, with or without Train and Test above them, as image sets circulate.

Every file below a class folder is offered, whatever it is: what is no image is for validation to say.
"""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from dermaflow.core import taxonomy
from dermaflow.core.errors import SourceError
from dermaflow.sources.names import safe_name, slug
from dermaflow.sources.offers import Catalogue, Offer

_PARTITIONS = {"train": "train", "test": "test"}
_CLUTTER = {"thumbs.db", "desktop.ini"}


def folder_catalogue(root: Path) -> Catalogue:
    """List what a folder offers; no file is opened.

    Raises:
        SourceError: the folder is missing, empty, holds no class folders or one of an unknown diagnosis,
            or a link, a special file or an unreadable folder is in it.
    """
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing"
        raise SourceError(f"{root}: expected a folder of class folders, found {found}; set ingest.source")
    source = slug(root.resolve().name)
    offers = [
        _offer(root, file, diagnosis, partition, source)
        for folder, diagnosis, partition in _class_folders(root)
        for file in _files(folder, root)
    ]
    if not offers:
        raise SourceError(f"{root}: expected class folders with images, found no file in them")
    return Catalogue(tuple(sorted(offers, key=lambda offer: offer.file)), partial(_read, root), _notes(root))


def _class_folders(root: Path) -> Iterator[tuple[Path, str, str]]:
    """Every class folder with its diagnosis and official partition (blank if none)."""
    folders = _folders(root)
    if not folders:
        raise SourceError(f"{root}: expected folders named after diagnoses, or Train and Test above them; found none")
    for folder in folders:
        partition = _PARTITIONS.get(folder.name.lower(), "")
        for class_folder in _folders(folder) if partition else [folder]:
            try:
                yield class_folder, taxonomy.diagnosis_of(class_folder.name), partition
            except SourceError as error:
                raise SourceError(f"{class_folder}: {error}; rename the folder or take it out") from error


def _folders(above: Path) -> list[Path]:
    folders = [entry for entry in above.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    for folder in folders:
        _refuse_link(folder)
    return sorted(folders)


def _files(folder: Path, root: Path) -> Iterator[Path]:
    for above, names, files in os.walk(folder, onerror=_refuse_unreadable):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in names:
            _refuse_link(Path(above, name))
        for name in files:
            if not name.startswith(".") and name.lower() not in _CLUTTER:
                yield _inside(Path(above, name), root)


def _offer(root: Path, file: Path, diagnosis: str, partition: str, source: str) -> Offer:
    try:
        found = file.stat()
    except OSError as error:
        raise SourceError(f"{file}: expected a file, found none to read ({error.strerror})") from error
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{file}: expected a plain file, found a special one; take it out of the source")
    relative = file.relative_to(root).as_posix()
    if not relative.isprintable():
        raise SourceError(f"{relative!r}: expected a printable UTF-8 file name; rename the file")
    return Offer(
        name=safe_name(file.stem),
        file=relative,
        diagnosis=diagnosis,
        label=diagnosis,
        labelled_by="folder",
        source=source,
        state=f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}",
        reference=relative,
        official_partition=partition,
    )


def _inside(file: Path, root: Path) -> Path:
    if file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
        raise SourceError(f"{file}: a link that leaves the source ({file.resolve()}); put a copy in its place")
    return file


def _refuse_link(folder: Path) -> None:
    if folder.is_symlink():
        raise SourceError(f"{folder}: expected a folder, found a link to one; put the folder itself in its place")


def _refuse_unreadable(error: OSError) -> None:
    raise SourceError(f"{error.filename}: the folder cannot be read ({error.strerror})") from error


def _notes(root: Path) -> tuple[str, ...]:
    """What lies outside the class folders, so that nothing is passed over in silence."""
    above = [root, *(folder for folder in _folders(root) if folder.name.lower() in _PARTITIONS)]
    outside = sorted(
        entry.relative_to(root).as_posix()
        for folder in above
        for entry in folder.iterdir()
        if entry.is_file() and not entry.name.startswith(".") and entry.name.lower() not in _CLUTTER
    )
    some = ", ".join(outside[:5])
    return (f"{len(outside)} files outside the class folders are left out: {some}",) if outside else ()


def _read(root: Path, offer: Offer) -> bytes:
    return (root / offer.reference).read_bytes()
