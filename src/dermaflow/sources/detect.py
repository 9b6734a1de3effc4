"""Find out what a path holds: which kind of source it is, or whether it can be an authority."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dermaflow.core.errors import SourceError
from dermaflow.core.lesions import PHANTOM
from dermaflow.core.taxonomy import is_known
from dermaflow.sources.csv_table import header_of, read_csv
from dermaflow.sources.entries import Entry
from dermaflow.sources.folder import PARTITIONS, shared_depth
from dermaflow.sources.names import picture_key, stem_of
from dermaflow.sources.params import Authority, ChallengeSource, FolderSource, PhantomSource, Source
from dermaflow.sources.records import IMAGE, is_picture
from dermaflow.sources.shelf import listed
from dermaflow.sources.tables import csv_files, is_table

_EXPECTED = (
    "expected the word phantom, a folder or .zip of class folders (nevus, melanoma…, under Train and Test or not), "
    "a folder of images, or a CSV file that names images with those images beside it"
)


def detected(path: str | Path) -> Source:
    """Find out what kind of source a path is.

    Args:
        path: the word phantom; a folder or .zip archive of class folders, or of pictures alone; a CSV table with its
            images in a folder or archive beside it, or the folder that holds both.

    Raises:
        SourceError: it does not exist or is none of these; the message says what was found.
    """
    if str(path) == PHANTOM:
        return PhantomSource(kind="phantom")
    root = Path(path).expanduser()
    if not root.exists():
        raise SourceError(f"{path}: there is no such file or folder; {_EXPECTED}")
    if is_table(root):
        return _with_images([_image_table(root)], root.parent, str(root.parent))
    return _of_files(root, str(path))


def detected_authority(path: str | Path) -> Authority:
    """Find out which tables a path holds: a CSV file that names images, or the folder of such files.

    Raises:
        SourceError: it does not exist or holds no such table.
    """
    root = Path(path).expanduser()
    if not root.exists():
        raise SourceError(f"{path}: there is no such file or folder; expected a CSV file that names images")
    if not root.is_dir():
        return Authority(tables=[str(_image_table(root))])
    files = csv_files(root)
    tables = [file for file in files if _names_images(file)]
    if not tables:
        raise SourceError(f"{path}: expected a CSV file with a column that names images ({', '.join(IMAGE)})")
    return Authority(tables=[str(root)] if len(tables) == len(files) else [str(file) for file in tables])


def _of_files(root: Path, stated: str) -> Source:
    """What a folder or an archive is, by where in it pictures and tables lie."""
    entries = listed(root)
    depth = shared_depth(root, entries, {})
    pictures = [entry for entry in entries if is_picture(entry.path)]
    if any(_has_known_class(entry, depth) for entry in pictures):
        return FolderSource(kind="folder", path=stated)
    tables = [entry for entry in entries if is_table(Path(entry.path)) and entry.path.count("/") == depth]
    if root.is_dir():
        named = [root / entry.path for entry in tables if _names_images(root / entry.path)]
        if named:
            return _with_images(named, named[0].parent, stated)
    elif tables:
        raise SourceError(f"{stated}: tables inside an archive are not read ({tables[0].path}); put them beside it")
    lie_together = all(entry.path.count("/") == depth for entry in pictures)
    if pictures and lie_together and len(pictures) >= len(entries) / 2:
        return FolderSource(kind="folder", path=stated)
    raise SourceError(f"{stated}: {_EXPECTED}; found {_summary(entries, depth)}")


def _has_known_class(entry: Entry, depth: int) -> bool:
    folders = entry.path.split("/")[depth:-1]
    is_part = bool(folders) and folders[0].lower() in PARTITIONS
    return any(is_known(name) for name in folders[is_part : is_part + 1])


def _image_table(file: Path) -> Path:
    if not _names_images(file):
        raise SourceError(
            f"{file}: expected a CSV file with a column that names images ({', '.join(IMAGE)}), "
            f"found the columns {', '.join(header_of(file))[:200]}"
        )
    return file


def _names_images(file: Path) -> bool:
    return not set(IMAGE).isdisjoint(header_of(file))


def _with_images(tables: Sequence[Path], folder: Path, stated: str) -> ChallengeSource:
    """Tables with the folder or archive in `folder` that holds the pictures they name; with `folder` if several do."""
    named = {picture_key(stem_of(name) if is_picture(name) else name) for name in _names_in(tables)}
    if _n_named(_directly_in(folder), named):
        images = folder
    else:
        places = [entry for entry in folder.iterdir() if entry.is_dir() or entry.suffix.lower() == ".zip"]
        counts = {place: _n_named(_pictures_in(place), named) for place in sorted(places)}
        holding = [place for place, count in counts.items() if count]
        if not holding:
            raise SourceError(
                f"{stated}: found tables ({', '.join(file.name for file in tables)}) but no folder or .zip archive of "
                "the images that they name beside them; without images it can be an --authority, but no source"
            )
        archives = [place for place in holding if not place.is_dir()]
        if len(holding) > 1 and archives:
            names = ", ".join(place.name for place in holding)
            raise SourceError(f"{stated}: the images lie in several places ({names}); unpack them into one folder")
        images = holding[0] if len(holding) == 1 else folder
    return ChallengeSource(kind="challenge", tables=[str(file) for file in tables], images=str(images))


def _names_in(tables: Sequence[Path]) -> set[str]:
    return {name for file in tables for column in read_csv(file, IMAGE).columns.values() for name in column}


def _n_named(paths: Sequence[str], named: set[str]) -> int:
    return sum(picture_key(stem_of(path)) in named for path in paths)


def _directly_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if is_picture(entry.name)]


def _pictures_in(place: Path) -> list[str]:
    """The pictures in a folder or archive; none where it is not for us to read: it may have nothing to do with it."""
    try:
        return [entry.path for entry in listed(place) if is_picture(entry.path)]
    except SourceError:
        return []


def _summary(entries: Sequence[Entry], depth: int) -> str:
    """The first folders of a source with the number of files in each."""
    counts = Counter("/".join(entry.path.split("/")[:-1][: depth + 1]) or "no folder" for entry in entries)
    told = ", ".join(f"{count:,} files in {name}" for name, count in counts.most_common(5))
    return told or "no file"
