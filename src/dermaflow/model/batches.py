"""Arrays as tf.data: the order of an epoch depends on seed and epoch only, so that it can be taken up again."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dermaflow.core.seeds import generator
from dermaflow.model.backend import tf
from dermaflow.model.pixels import Labelled

Batch = tuple[npt.NDArray[Any], npt.NDArray[np.float32], npt.NDArray[np.float32]]


def epoch_order(n: int, seed: int, epoch: int, weights: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.int64]:
    """Which of `n` rows are seen in an epoch, in which order; another one in each epoch.

    Without weights a permutation; with weights, shape (n,), n rows drawn with replacement in proportion to them.
    """
    drawn = generator("epoch order", seed, epoch)
    if weights is None:
        return drawn.permutation(n)
    return drawn.choice(n, size=n, p=weights / weights.sum())


def batches(
    rows: Labelled,
    order: npt.NDArray[np.int64],
    batch_size: int,
    n_classes: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> Any:  # noqa: ANN401 - a tf.data.Dataset
    """The rows in the given order as a tf.data.Dataset of (inputs, labels, weights), fetched ahead of use.

    Output shape: inputs (batch, …) as they are, labels one-hot (batch, classes), weights (batch,), both float32; the
    last batch may be smaller.
    """
    starts = range(0, len(order), batch_size)
    one_hot = np.eye(n_classes, dtype=np.float32)
    weighing = np.ones(len(rows.labels)) if weights is None else weights

    def gathered() -> Iterator[Batch]:
        for start in starts:
            chosen = order[start : start + batch_size]
            yield rows.inputs[chosen], one_hot[rows.labels[chosen]], weighing[chosen].astype(np.float32)

    signature = (
        tf.TensorSpec((None, *rows.inputs.shape[1:]), rows.inputs.dtype),
        tf.TensorSpec((None, n_classes), tf.float32),
        tf.TensorSpec((None,), tf.float32),
    )
    dataset = tf.data.Dataset.from_generator(gathered, output_signature=signature)
    return untuned(dataset.apply(tf.data.experimental.assert_cardinality(len(starts))).prefetch(4))


def untuned(dataset: Any) -> Any:  # noqa: ANN401 - tf.data.Datasets
    """The same dataset without tf.data's tuning of itself: nothing in ours can be tuned.

    TensorFlow 2.21 often ends an iteration only when the tuner wakes, whose sleep doubles from 10 ms to a minute: an
    epoch of 11 s then takes 20, the rest of it with nothing to do.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
