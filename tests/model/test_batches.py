"""Batches for one epoch."""

import numpy as np

from dermaflow.model.batches import batches, epoch_order
from dermaflow.model.pixels import Pixels


def test_batches_hold_every_image_once_in_the_order_of_the_epoch(train: Pixels) -> None:
    order = epoch_order(20, seed=7, epoch=3)
    got = list(batches(train, order, 8).as_numpy_iterator())
    assert [len(labels) for _, labels in got] == [8, 8, 4]
    np.testing.assert_array_equal(np.concatenate([images for images, _ in got]), train.images[order])
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in got]), train.labels[order])


def test_each_epoch_has_an_order_of_its_own() -> None:
    orders = [tuple(epoch_order(20, 7, epoch)) for epoch in range(5)] + [tuple(epoch_order(20, 8, 0))]
    assert len(set(orders)) == 6
    assert all(sorted(order) == list(range(20)) for order in orders)
