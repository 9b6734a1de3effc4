"""The files below folders, one after the other, however many there are: only names are in memory, and few of them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dermaflow.core.errors import SourceError


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The files among the paths and all below the folders among them, in the order of their names; no hidden ones.

    Links are followed, but for one that leads back to a folder it lies in. Only the names of one folder, and of those
    above it, are in memory.

    Raises:
        SourceError: a path does not exist, or a folder cannot be listed.
    """
    missing = [str(path) for path in paths if not path.exists() and not path.is_symlink()]
    if missing:
        raise SourceError(f"expected images or folders of images, not found: {', '.join(missing)}")
    for path in paths:
        yield from _below(path) if path.is_dir() else [path]


def _below(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    within = (*above, folder.resolve())
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(f"{folder}: expected a folder that can be listed ({error.strerror})") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is_folder(entry):
            if not entry.is_symlink() or Path(entry.path).resolve() not in within:
                yield from _below(Path(entry.path), within)
        elif _may_be_an_image(entry):
            yield Path(entry.path)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link that leads to itself
        return False


def _may_be_an_image(entry: "os.DirEntry[str]") -> bool:
    """Whether it is a file, or cannot be told: a link that leads nowhere, or in a circle, has a row that says so."""
    try:
        return entry.is_file() or not Path(entry.path).exists()
    except OSError:
        return True
