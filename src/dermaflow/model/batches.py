"""Arrays as tf.data: the order of an epoch depends on seed and epoch only, so that it can be taken up again."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dermaflow.core.seeds import generator
from dermaflow.model.backend import tf
from dermaflow.model.pixels import Pixels

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def epoch_order(n: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """The order in which `n` images are seen in an epoch: a permutation, another one in each epoch."""
    return generator("epoch order", seed, epoch).permutation(n)


def batches(pixels: Pixels, order: npt.NDArray[np.int64], batch_size: int) -> Any:  # noqa: ANN401 - a tf.data.Dataset
    """The images in the given order as a tf.data.Dataset of (images, labels), fetched ahead of use.

    Output shape: images (batch, size, size, 3) uint8, labels (batch,) int64; the last batch may be smaller.
    """
    starts = range(0, len(order), batch_size)

    def gathered() -> Iterator[Batch]:
        for start in starts:
            rows = order[start : start + batch_size]
            yield pixels.images[rows], pixels.labels[rows]

    signature = (
        tf.TensorSpec((None, *pixels.images.shape[1:]), tf.uint8),
        tf.TensorSpec((None,), tf.int64),
    )
    dataset = tf.data.Dataset.from_generator(gathered, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(len(starts))).prefetch(2)
