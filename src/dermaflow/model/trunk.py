"""What the frozen layers make of each image, computed once into an array on disk: the epochs then begin there.

The array stays when the training has ended: another one over the same images and frozen layers begins with it.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dermaflow.core.files import replacing
from dermaflow.core.locks import only_one
from dermaflow.core.parallel import progress
from dermaflow.model.backbones import Model
from dermaflow.model.pixels import reserve

AT_ONCE = 64
WHAT = "images through the frozen layers"


def activations(trunk: Model, images: npt.NDArray[np.uint8], array: Path) -> npt.NDArray[np.float32]:
    """Run images through the trunk into the .npy file `array`, whole or not at all, and map it read-only.

    Where the file is there already, it is taken as it is: its folder must be of this very trunk and these images (see
    fingerprint.trunk_fingerprint). A second process that wants the same file waits for it.

    Args:
        trunk: from images (batch, size, size, 3) to activations (batch, …); its batch norm uses its own statistics.
        images: (n, size, size, 3), 0..255.

    Returns:
        Shape (n, …), float32, in the order of the images.

    Raises:
        OSError: the disk is full or read-only.
    """
    shape = (len(images), *trunk.output_shape[1:])
    with only_one(array.with_suffix(".lock"), f"what fills {array}"):
        kept = _kept(array, shape)
        if kept is not None:
            print(f"{len(images):,} {WHAT}: done before ({array})", flush=True)
            return kept
        for left_by_one_killed in array.parent.glob(f".{array.stem}-*{array.suffix}"):  # it may take gigabytes
            left_by_one_killed.unlink()
        return _computed(trunk, images, array, shape)


def _computed(
    trunk: Model, images: npt.NDArray[np.uint8], array: Path, shape: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    with replacing(array) as temporary:
        reserve(temporary, shape, np.float32)
        written = np.load(temporary, mmap_mode="r+")
        starts = (start for start in range(0, len(images), AT_ONCE))
        done = (_run(trunk, images, written, start) for start in starts)
        for _ in progress((step for size in done for step in range(size)), len(images), WHAT):
            continue
        written.flush()
    mapped: npt.NDArray[np.float32] = np.load(array, mmap_mode="r")
    return mapped


def _kept(array: Path, shape: tuple[int, ...]) -> npt.NDArray[np.float32] | None:
    """What was computed before, if it is there and whole; it counts as used now."""
    try:
        kept: npt.NDArray[np.float32] = np.load(array, mmap_mode="r")
    except (OSError, ValueError):  # absent, or no .npy file of that size
        return None
    if kept.shape != shape or kept.dtype != np.float32:
        return None
    os.utime(array)
    return kept


def _run(trunk: Model, images: npt.NDArray[np.uint8], written: npt.NDArray[np.float32], start: int) -> int:
    """Run one batch; how many images it held."""
    batch = np.asarray(images[start : start + AT_ONCE])
    written[start : start + len(batch)] = trunk.predict_on_batch(batch)
    return len(batch)
