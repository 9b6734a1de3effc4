"""Every image decoded once, into one array on disk that is as large as it needs to be while memory stays small.

No Keras: this forks processes, which must happen before TensorFlow starts its threads.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.images import load_rgb
from dermaflow.core.parallel import parallel_map


class Labelled(NamedTuple):
    """What a network is given and the numbers of the classes, row by row."""

    inputs: npt.NDArray[Any]  # (n, size, size, 3) uint8 images, or (n, …) float32 activations; mapped from disk
    labels: npt.NDArray[np.int64]  # (n,)


class _Row(NamedTuple):
    source: Path
    size_px: int
    array: Path
    place: int  # the row of the array


def decoded(files: Sequence[Path], size_px: int, array: Path, workers: int | None = None) -> npt.NDArray[np.uint8]:
    """Decode and resize image files into the .npy file `array`, replacing it, and map it read-only.

    Returns:
        Shape (files, size_px, size_px, 3), uint8, in the order of files.

    Raises:
        ImageError: a file cannot be decoded; the message names it.
        OSError: the disk is full or read-only.
    """
    reserve(array, (len(files), size_px, size_px, 3), np.uint8)
    rows = [_Row(file, size_px, array, place) for place, file in enumerate(files)]
    parallel_map(_decode_row, rows, "images decoded", workers)
    images: npt.NDArray[np.uint8] = np.load(array, mmap_mode="r")
    return images


def reserve(array: Path, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
    """Make the .npy file at its full size: a full disk is an OSError here, a crash in a mapped file later."""
    array.parent.mkdir(parents=True, exist_ok=True)
    array.unlink(missing_ok=True)
    np.lib.format.open_memmap(array, mode="w+", dtype=dtype, shape=shape).flush()
    if hasattr(os, "posix_fallocate"):
        with array.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, array.stat().st_size)


def _decode_row(row: _Row) -> None:
    images = np.load(row.array, mmap_mode="r+")
    images[row.place] = load_rgb(row.source, row.size_px)
