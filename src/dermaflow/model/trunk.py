"""What the frozen layers make of each image, computed once into an array on disk: the epochs then begin there."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from dermaflow.core.parallel import progress
from dermaflow.model.backbones import Model
from dermaflow.model.pixels import reserve

AT_ONCE = 64


def activations(
    trunk: Model, images: npt.NDArray[np.uint8], array: Path, what: str = "images through the frozen layers"
) -> npt.NDArray[np.float32]:
    """Run images through the trunk into the .npy file `array`, replacing it, and map it read-only.

    Args:
        trunk: from images (batch, size, size, 3) to activations (batch, …); its batch norm uses its own statistics.
        images: (n, size, size, 3), 0..255.
        what: the plural that the progress line names.

    Returns:
        Shape (n, …), float32, in the order of the images.

    Raises:
        OSError: the disk is full or read-only.
    """
    reserve(array, (len(images), *trunk.output_shape[1:]), np.float32)
    written = np.load(array, mmap_mode="r+")
    starts = (start for start in range(0, len(images), AT_ONCE))
    done = (_run(trunk, images, written, start) for start in starts)
    for _ in progress((step for size in done for step in range(size)), len(images), what):
        continue
    written.flush()
    mapped: npt.NDArray[np.float32] = np.load(array, mmap_mode="r")
    return mapped


def _run(trunk: Model, images: npt.NDArray[np.uint8], written: npt.NDArray[np.float32], start: int) -> int:
    """Run one batch; how many images it held."""
    batch = np.asarray(images[start : start + AT_ONCE])
    written[start : start + len(batch)] = trunk.predict_on_batch(batch)
    return len(batch)
