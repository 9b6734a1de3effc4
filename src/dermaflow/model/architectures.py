"""The networks that can be trained, by name. Preprocessing is the first layer of each, so that it is saved with it.

Input shape: (batch, size, size, 3), values 0..255, uint8 or float.
Output shape: (batch, classes), probabilities that sum to 1.
"""

from collections.abc import Callable
from typing import Any

from dermaflow.model.backend import keras
from dermaflow.model.params import TrainParams

Model = Any
"""A keras.Model; Keras ships no types."""


def build(params: TrainParams, n_classes: int) -> Model:
    """A compiled model of the architecture named in `params`, its weights drawn from the global seed."""
    model = _BUILDERS[params.architecture](params, n_classes)
    model.compile(
        optimizer=keras.optimizers.Adam(params.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


def _cnn(params: TrainParams, n_classes: int) -> Model:
    """Rescaling, one convolution and pooling block for each of `filters`, dropout, dense, softmax."""
    size = params.image_size_px
    layers = [keras.Input((size, size, 3), name="image"), keras.layers.Rescaling(1 / 255, name="to_0_1")]
    for number, filters in enumerate(params.filters, 1):
        layers += [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{number}"),
            keras.layers.MaxPooling2D(name=f"pool_{number}"),
        ]
    layers += [
        keras.layers.Dropout(params.dropout, name="dropout"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(params.dense_units, activation="relu", name="dense"),
        keras.layers.Dense(n_classes, activation="softmax", name="probabilities"),
    ]
    return keras.Sequential(layers, name="cnn")


_BUILDERS: dict[str, Callable[[TrainParams, int], Model]] = {"cnn": _cnn}
