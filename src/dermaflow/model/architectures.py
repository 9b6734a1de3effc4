"""The networks that can be trained, by name. Preprocessing is the first layer of each, so that it is saved with it.

Input shape: (batch, size, size, 3), values 0..255, uint8 or float.
Output shape: logits, (batch, classes).
"""

from typing import NamedTuple

from dermaflow.core.errors import TrainingError
from dermaflow.core.variation import Limits
from dermaflow.model.backbones import Model, Tensor, backbone
from dermaflow.model.backend import keras
from dermaflow.model.batch_norm import with_fused_batch_norm
from dermaflow.model.params import TrainParams
from dermaflow.model.variation import varied

EMBEDDING = "embedding"
LOGITS = "logits"
ALL = "all"
DROPPED = ("rate", "drop_path_rate")
"""How dropout and stochastic depth name what they drop: none in frozen layers, which give the same in every epoch."""


class Network(NamedTuple):
    """A network in two parts, one after the other."""

    trunk: Model | None  # image -> activations; never trained, computed once; None: nothing is
    learnt: Model  # activations, or the image -> logits


def build(params: TrainParams, n_classes: int, limits: Limits | None = None) -> Network:
    """The network of `params`, what is not loaded drawn from the global seed.

    Args:
        limits: how far each image is varied anew in every epoch; None: it is not.

    Raises:
        TrainingError: weights or layers that cannot be had; the message says which.
    """
    image = image_input(params)
    seen = varied(image, limits) if limits else image
    whole = with_fused_batch_norm(build_over(image, seen, params, n_classes))
    if not params.frozen:
        return Network(None, whole)
    trunk = keras.Model(whole.input, cut(whole, params), name="trunk")
    for layer in trunk.layers:
        layer.trainable = False
        for rate in DROPPED:
            if hasattr(layer, rate):
                setattr(layer, rate, 0.0)
    if not params.cached:
        return Network(None, whole)
    return Network(trunk, after_cut(whole, params, "learnt"))


def image_input(params: TrainParams) -> Tensor:
    """Where an image goes in: (batch, size, size, 3)."""
    return keras.Input((params.image_size_px, params.image_size_px, 3), name="image")


def build_over(image: Tensor, seen: Tensor, params: TrainParams, n_classes: int) -> Model:
    """All layers over `seen`, which comes from `image`: the model from image to logits."""
    embedding = _cnn(seen, params) if params.architecture == "cnn" else _pooled(seen, params)
    logits = keras.layers.Dense(n_classes, name=LOGITS, dtype="float32")(embedding)
    return keras.Model(image, logits, name=params.architecture)


def _pooled(seen: Tensor, params: TrainParams) -> Tensor:
    """The features of a backbone, their mean over the image, dropout."""
    model = backbone(seen, params)
    if params.pretrained and params.frozen_batch_norm:
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False
    embedding = keras.layers.GlobalAveragePooling2D(name=EMBEDDING)(model.output)
    return keras.layers.Dropout(params.dropout, name="dropout")(embedding)


def _cnn(image: Tensor, params: TrainParams) -> Tensor:
    """Rescaling, one convolution and pooling block for each of `filters`, dropout, dense: its output."""
    x = keras.layers.Rescaling(1 / 255, name="to_0_1")(image)
    for number, filters in enumerate(params.filters, 1):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{number}")(x)
        x = keras.layers.MaxPooling2D(name=f"pool_{number}")(x)
    x = keras.layers.Dropout(params.dropout, name="dropout")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.layers.Dense(params.dense_units, activation="relu", name=EMBEDDING)(x)


def cut(whole: Model, params: TrainParams) -> Tensor:
    """The output of the last frozen layer; where none is frozen, the image.

    Raises:
        TrainingError: there is no such layer.
    """
    through = params.frozen_through
    if not params.frozen:
        return whole.input
    if through == ALL:
        return whole.get_layer(EMBEDDING).input
    names = [layer.name for layer in whole.layers]
    if through not in names:
        raise TrainingError(
            f"train.frozen_through: expected blank, {ALL} or a layer of {whole.name}, received '{through}'; "
            f"its layers are {', '.join(names)}"
        )
    return whole.get_layer(through).output


def after_cut(whole: Model, params: TrainParams, name: str) -> Model:
    """The layers after the cut as a model of their own; they are the same layers.

    Raises:
        TrainingError: there is no such layer, or they need more than it gives.
    """
    try:
        return keras.Model(cut(whole, params), whole.output, name=name)
    except ValueError as error:
        raise TrainingError(
            f"train.frozen_through: layers after '{params.frozen_through}' also need what comes before it: "
            "expected a layer that all paths run through, such as the last one of a block"
        ) from error
