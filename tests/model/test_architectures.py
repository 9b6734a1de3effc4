"""The networks."""

import numpy as np
import pytest

from dermaflow.model.architectures import build
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Pixels


def test_the_network_rescales_by_itself_and_gives_probabilities(params: TrainParams, train: Pixels) -> None:
    model = build(params, 3)
    assert [layer.name for layer in model.layers] == [
        "to_0_1", "conv_1", "pool_1", "conv_2", "pool_2", "dropout", "flatten", "dense", "probabilities",
    ]  # fmt: skip
    as_bytes, as_floats = (model.predict(images, verbose=0) for images in (train.images, train.images.astype(float)))
    np.testing.assert_array_equal(as_bytes, as_floats)
    np.testing.assert_allclose(as_bytes.sum(axis=1), 1, rtol=1e-5)
    assert model.layers[0](np.full((1, 24, 24, 3), 255)).numpy().max() == pytest.approx(1)


def test_there_is_a_block_for_each_number_of_filters(params: TrainParams) -> None:
    model = build(params.model_copy(update={"filters": [2, 3, 5]}), 4)
    assert [model.get_layer(f"conv_{number}").filters for number in (1, 2, 3)] == [2, 3, 5]
    assert model.get_layer("pool_3").output.shape == (None, 3, 3, 5)
    assert model.output_shape == (None, 4)
