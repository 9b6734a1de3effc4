"""From the names that files have to the ids that images get."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from dermaflow.core.errors import SourceError

MAX_NAME_BYTES = 150  # file systems allow 255; a temporary name and a digest are longer than the id

_ISIC_ID = re.compile(r"ISIC_(\d{7})(?:_downsampled)?", re.IGNORECASE | re.ASCII)
_PART_OF_A_COLLECTION = re.compile(
    r"(?:(?:^|[\W_]+)(?:meta[_-]?data|ground[_-]?truth|labels?|train|data|images?|input|lesiongroupings|v\d+))+$",
    re.IGNORECASE,
)
_COPY_SUFFIX = re.compile(r"(?:\s*\(\d+\)|[\s_-]+copy(?:[\s_]\d+)?)+$", re.IGNORECASE)


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens; never empty."""
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-") or "folder"


def stem_of(path: str) -> str:
    """The name of a file, from its path with slashes, without its ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def safe_name(stem: str) -> str:
    """The id that a file asks for: its stem, safe as a file name.

    Behind an ISIC number "(1)" or "copy" marks a copy and is dropped; elsewhere it may be what tells files apart, as
    where a whole folder was renamed to "nevus (1)", "nevus (2)", and so on.
    """
    text = unicodedata.normalize("NFC", stem)
    plain = _COPY_SUFFIX.sub("", text)
    text = re.sub(r"[^\w.-]+", "_", plain if _ISIC_ID.fullmatch(plain) else text).strip("._-")
    return text.encode()[:MAX_NAME_BYTES].decode(errors="ignore") or "image"


def isic_id_of(name: str) -> str:
    """The ISIC_ and seven digits that a name states, blank if it states none.

    An ending "_downsampled", as ISIC 2019 has it, and marks of copies change nothing: it is the same picture.
    """
    found = _ISIC_ID.fullmatch(name) or _ISIC_ID.fullmatch(safe_name(name))
    return f"ISIC_{found[1]}" if found else ""


def picture_key(name: str) -> str:
    """What tables and files agree on: the ISIC number that a name states, else the name; given without its ending."""
    return isic_id_of(name) or safe_name(name)


def collection_name(path: Path) -> str:
    """The slug of a collection after its folder, archive or table; after what holds it, where that is called images."""
    path = path.resolve()
    is_file = path.suffix.lower() in {".csv", ".zip"}
    stem = path.stem if is_file else path.name
    said = _PART_OF_A_COLLECTION.sub("", stem)
    return slug((said if is_file else said and stem) or path.parent.name)


def says_nothing(folder: str) -> bool:
    """Whether a folder's name tells only that images or tables lie in it, as "images" does."""
    return not _PART_OF_A_COLLECTION.sub("", folder)


def assign_ids(contents: Iterable[tuple[str, str]], known: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Give every content one image_id.

    Of several contents under one name, the one that is known under the plain name keeps it, else the first
    that has no id yet gets it; any other becomes `<name>_<first 8 digits of its sha256>`.

    Args:
        contents: (name, sha256) of every offer in the order of their files; repeats are the same content.
        known: sha256 by image_id, as assigned before.

    Raises:
        SourceError: two contents cannot be told apart by their ids.
    """
    distinct = list(dict.fromkeys(contents))
    ids = {key: image_id for key in distinct for image_id in _candidates(key) if known.get(image_id) == key[1]}
    taken = {image_id: key for key, image_id in ids.items()}
    for key in distinct:
        if key in ids:
            continue
        free = [image_id for image_id in _candidates(key) if image_id not in taken]
        if not free:
            raise SourceError(f"two different images both want the id '{_candidates(key)[-1]}': rename one of them")
        ids[key] = free[0]
        taken[free[0]] = key
    return ids


def _candidates(key: tuple[str, str]) -> tuple[str, str]:
    name, sha256 = key
    return name, f"{name}_{sha256[:8]}"
