"""Batches: which rows, in which order, with which weight."""

import numpy as np

from dermaflow.model.balance import class_weights
from dermaflow.model.batches import batches, epoch_order
from dermaflow.model.pixels import Labelled


def test_batches_hold_every_row_once_in_the_order_of_the_epoch(train: Labelled) -> None:
    order = epoch_order(len(train.labels), seed=7, epoch=1)
    dataset = batches(train, order, 8, 2)
    inputs, labels, weights = (np.concatenate(parts) for parts in zip(*dataset.as_numpy_iterator(), strict=True))
    assert sorted(order) == list(range(len(train.labels)))
    np.testing.assert_array_equal(inputs, train.inputs[order])
    np.testing.assert_array_equal(labels.argmax(axis=1), train.labels[order])
    assert (weights == 1).all()
    assert dataset.cardinality().numpy() == -(-len(order) // 8)
    assert dataset.options().autotune.enabled is False


def test_each_epoch_has_an_order_of_its_own_that_repeats() -> None:
    first = epoch_order(100, seed=7, epoch=1)
    np.testing.assert_array_equal(first, epoch_order(100, seed=7, epoch=1))
    assert not np.array_equal(first, epoch_order(100, seed=7, epoch=2))
    assert not np.array_equal(first, epoch_order(100, seed=8, epoch=1))


def test_sampling_by_weights_shows_the_classes_equally_often(train: Labelled) -> None:
    labels = np.array([0] * 900 + [1] * 100)
    order = epoch_order(1000, 7, 1, class_weights(labels, 2, 1.0))
    assert len(order) == 1000
    assert 0.44 < labels[order].mean() < 0.56
    weights = class_weights(train.labels, 2, 1.0)
    *_, told = next(iter(batches(train, np.arange(4), 4, 2, weights).as_numpy_iterator()))
    np.testing.assert_allclose(told, weights[:4].astype(np.float32))
