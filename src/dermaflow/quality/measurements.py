"""What was measured before, so that only what changed is decoded, hashed and compared again; safe to delete.

A folder holds two Parquet files: facts-<digest>.parquet, a row an image with the state that its file was in, and
near-<digest>.parquet, a row a pair of near copies. The digest names the code that measures: after a change of it, as
with a damaged file, everything is measured again.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import PIL
from pyarrow import ArrowException

from dermaflow.core.files import replacing, state_of
from dermaflow.quality.duplicates import near_copies
from dermaflow.quality.facts import measure_images
from dermaflow.quality.perceptual import THUMBNAIL_BYTES

NEAR_COLUMNS = ("image_id", "other_id")
MEASURES = (
    "core/images.py",
    "quality/appearance.py",
    "quality/border.py",
    "quality/facts.py",
    "quality/perceptual.py",
    "quality/projection.py",
    "quality/quantisation.py",
)
COMPARES = (*MEASURES, "quality/alignment.py", "quality/duplicates.py", "quality/measurements.py", "core/seeds.py")
"""What decides facts, and pairs: modules of the package, by their files."""


class Measured(NamedTuple):
    """What is known of images."""

    facts: pd.DataFrame  # as made by facts.measure_images, a row an image, in the order asked for
    near: pd.DataFrame  # NEAR_COLUMNS, a row a pair of near copies


def measured(images: Sequence[tuple[str, Path]], min_likeness: float, folder: Path) -> Measured:
    """Measure and compare what is new or changed since the last time; keep it all in `folder` for the next.

    Args:
        images: (image_id, file) of each image, no image_id twice.
        min_likeness: of two images that count as near copies, 0..1; see `duplicates.near_copies`.

    Raises:
        OSError: the folder cannot be written.
    """
    facts_file = folder / f"facts-{_digest(MEASURES)}.parquet"
    near_file = folder / f"near-{_digest(COMPARES, min_likeness)}.parquet"
    names = [image_id for image_id, _ in images]
    states = [state_of(file) or "" for _, file in images]
    before = _read(facts_file, ("image_id", "state", "thumbnail"))
    compared = _read(near_file, NEAR_COLUMNS)
    known = {} if before is None else dict(zip(before["image_id"], before["state"], strict=True))
    new = np.array([not state or known.get(name) != state for name, state in zip(names, states, strict=True)], bool)
    facts = _completed(before, images, new)
    if compared is None:  # then all pairs have to be found again
        near = near_pairs(facts, min_likeness, pd.DataFrame(columns=list(NEAR_COLUMNS), dtype=str), np.ones_like(new))
    else:
        near = near_pairs(facts, min_likeness, compared, new)
    if new.any() or len(known) != len(facts) or compared is None:
        _write(near, near_file)
        _write(facts.assign(state=states), facts_file)  # last: what it knows has been compared
    return Measured(facts, near)


def near_pairs(
    facts: pd.DataFrame, min_likeness: float, before: pd.DataFrame, new: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """The near copies among images: those known `before` among old images, and those that a new image brings.

    Args:
        facts: with image_id and thumbnail (empty where nothing could be decoded).
        before: NEAR_COLUMNS.
        new: shape (images,).
    """
    by_name = facts.assign(new=new).sort_values("image_id")  # of two images the first is held against the second
    drawn = by_name[by_name["thumbnail"].str.len() == THUMBNAIL_BYTES]
    codes, distinct = pd.factorize(drawn["thumbnail"])  # equal ones are tied to their first, however many there are
    first = np.unique(codes, return_index=True)[1]
    fresh = np.zeros(len(distinct), dtype=bool)
    fresh[codes[drawn["new"]]] = True
    thumbnails = np.frombuffer(b"".join(drawn["thumbnail"]), np.uint8).reshape(-1, THUMBNAIL_BYTES)
    names = drawn["image_id"].to_numpy(dtype=object)
    pairs = near_copies(thumbnails[first], min_likeness, fresh)
    found = pd.DataFrame({"image_id": names[first][pairs[:, 0]], "other_id": names[first][pairs[:, 1]]}, dtype=str)
    equal = pd.DataFrame({"image_id": names[first[codes]], "other_id": names}, dtype=str)
    equal = equal[equal["image_id"] != equal["other_id"]]
    old = set(facts.loc[~new, "image_id"])
    kept = before[before["image_id"].isin(old) & before["other_id"].isin(old)]
    pairs_now = pd.concat([kept[list(NEAR_COLUMNS)], found, equal]).astype(str).drop_duplicates()
    return pairs_now.sort_values(list(NEAR_COLUMNS), ignore_index=True)


def _completed(
    before: pd.DataFrame | None, images: Sequence[tuple[str, Path]], new: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """The facts of all images: of the new ones measured now."""
    fresh = measure_images([image for image, is_new in zip(images, new, strict=True) if is_new])
    if before is None or new.all():
        return fresh
    names = [image_id for image_id, _ in images]
    kept = before[before["image_id"].isin([name for name, is_new in zip(names, new, strict=True) if not is_new])]
    parts = [part for part in (kept.drop(columns="state"), fresh) if len(part)]
    return pd.concat(parts).set_index("image_id").loc[names].reset_index()


def _digest(modules: Sequence[str], *settings: object) -> str:
    digest = hashlib.sha256(f"{PIL.__version__} {np.__version__} {settings}".encode())
    for module in modules:
        digest.update((Path(__file__).parents[1] / module).read_bytes())
    return digest.hexdigest()[:16]


def _read(file: Path, columns: Sequence[str]) -> pd.DataFrame | None:
    """A table with at least these columns; None where the file is missing or damaged."""
    try:
        table = pd.read_parquet(file)
    except (OSError, ArrowException):
        return None
    return table if set(columns) <= set(table.columns) else None


def _write(table: pd.DataFrame, file: Path) -> None:
    """Write a table, whole or not at all, and remove what an older digest left."""
    with replacing(file) as temporary:
        table.to_parquet(temporary, index=False)
    kind = file.name.partition("-")[0]
    for other in file.parent.glob(f"{kind}-*.parquet"):
        if other != file:
            other.unlink(missing_ok=True)
