"""Where files lie: a folder or a zip archive, listed and read in the same way, and never beyond its walls."""

import os
from collections.abc import Iterator
from pathlib import Path

from dermaflow.core.errors import SourceError
from dermaflow.sources.entries import Entry
from dermaflow.sources.zipped import read_member, zip_entries

_CLUTTER = {"thumbs.db", "desktop.ini", "__macosx"}


def listed(root: Path) -> tuple[Entry, ...]:
    """Every file below a folder or in a zip archive, sorted by path; hidden files and clutter are left out.

    Raises:
        SourceError: it is neither, cannot be read, or holds what leads elsewhere: links, special files, unsafe names.
    """
    if root.is_dir():
        found = list(_below(root, ""))
    elif root.is_file() and root.suffix.lower() == ".zip":
        found = list(zip_entries(root))
    else:
        what = "nothing" if not root.exists() else "another kind of file"
        raise SourceError(f"{root}: expected a folder or a .zip archive of images, found {what}")
    visible = [entry for entry in found if not any(_is_hidden(part) for part in entry.path.split("/"))]
    return tuple(sorted(visible, key=lambda entry: entry.path))


def read(root: Path, path: str) -> bytes:
    """The bytes of one listed file.

    Raises:
        SourceError: it is not there any more, or the archive is damaged or packs more than it says.
    """
    try:
        return (root / path).read_bytes() if root.is_dir() else read_member(root, path)
    except OSError as error:
        raise SourceError(f"{root / path}: the file cannot be read ({error.strerror or error})") from error


def _below(folder: Path, above: str) -> Iterator[Entry]:
    """The files below a folder, their paths beginning with `above`."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if _is_hidden(entry.name):
                    continue
                path = f"{above}{entry.name}"
                if not path.isprintable():
                    raise SourceError(f"{folder / ascii(entry.name)}: expected a printable UTF-8 name; rename it")
                if entry.is_dir():
                    _refuse_link(entry)
                    yield from _below(Path(entry.path), f"{path}/")
                else:
                    yield Entry(path, _state(entry, folder, above))
    except OSError as error:
        raise SourceError(f"{folder}: the folder cannot be read ({error.strerror})") from error


def _state(entry: os.DirEntry[str], folder: Path, above: str) -> str:
    """Size, times and inode of a file: as long as they stay, its content does."""
    if entry.is_symlink():
        root = folder.resolve().parents[above.count("/") - 1] if above else folder.resolve()
        target = Path(entry.path).resolve()
        if not target.is_relative_to(root):
            raise SourceError(f"{entry.path}: a link that leaves the source ({target}); put a copy in its place")
    if not entry.is_file():
        if not Path(entry.path).exists():
            raise SourceError(f"{entry.path}: expected a file, found none to read (a link to nothing)")
        raise SourceError(f"{entry.path}: expected a plain file, found a special one; take it out of the source")
    found = entry.stat()
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"


def _refuse_link(entry: os.DirEntry[str]) -> None:
    if entry.is_symlink():
        raise SourceError(f"{entry.path}: expected a folder, found a link to one; put the folder itself in its place")


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _CLUTTER
