"""Grad-CAM: where in an image a network found what speaks for a diagnosis.

Selvaraju et al. 2017, doi 10.1109/ICCV.2017.74: the last convolutional feature map, its channels weighted by the mean
gradient of the diagnosis' score, negative sums set to 0. It is as coarse as that feature map (7×7 cells, say), shows
evidence for one diagnosis and none against it, and does not say why a place counts. Adebayo et al. 2018 (Sanity Checks
for Saliency Maps, NeurIPS 31) found that it does depend on what was learnt, which many other such maps do not.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dermaflow.core.errors import DermaflowError
from dermaflow.model.backend import keras, tf

PROBABILITIES = "probabilities"
_CONVOLUTIONS = frozenset({"Conv2D", "DepthwiseConv2dNative"})
_TINY = 1e-30  # no probability is so small that its logarithm is lost, and none is 0

Model = Any
"""A keras.Model; Keras ships no types."""
Maps = npt.NDArray[np.float32]


def heat_maps(model: Model, images: npt.NDArray[np.uint8], targets: Sequence[int]) -> Maps | None:
    """Grad-CAM of each image for one class each.

    The score is the logarithm of the class' probability minus the mean logarithm over all classes. For a softmax that
    is its input but for a constant, so it does not vanish where the network is sure, as a probability's gradient does.

    Args:
        model: any functional or sequential Keras model, backbones nested or not, with one output or one that is named
            `probabilities`; where it stacks turned views of the images along the batch, the map is that of the first.
            Further inputs are all 0; of several networks over which it averages, the map is that of the last.
        images: (n, size, size, 3), 0..255, as the model takes them; n at least 1.
        targets: the index of a class for each.

    Returns:
        (n, rows, columns) of the feature map, 0..1: each map's largest value is 1, or all of it 0 where nothing speaks
        for the class. None: the model has no convolutional feature map.

    Raises:
        ValueError: images and targets differ in number, or there are none.
    """
    if len(images) != len(targets) or not len(images):
        raise ValueError(f"expected a class for each of at least 1 image, received {len(images)} and {len(targets)}")
    found: list[bool] = []

    def traced(pixels: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        maps = _maps(pixels, classes, model)
        found.append(maps is not None)
        return tf.zeros(()) if maps is None else maps

    signature = [tf.TensorSpec((None, *images.shape[1:]), tf.float32), tf.TensorSpec(None, tf.int32)]
    compiled = tf.function(traced, input_signature=signature)
    raw = compiled(tf.constant(images, tf.float32), tf.constant(list(targets), tf.int32)).numpy()
    return _scaled(raw) if found[-1] else None


def explained(path: Path, images: npt.NDArray[np.uint8], targets: Sequence[int]) -> Maps | None:
    """`heat_maps` of the model in a .keras file.

    Raises:
        DermaflowError: the file is missing or holds no Keras model.
    """
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:
        raise DermaflowError(
            f"{path}: expected a Keras model, received something else ({error}); `dvc checkout` restores it"
        ) from error
    return heat_maps(model, images, targets)


def _maps(pixels: "tf.Tensor", classes: "tf.Tensor", model: Model) -> "tf.Tensor | None":
    """The weighted sum of channels, (n, rows, columns), inside a traced function: its graph names every activation."""
    blank = [tf.zeros((tf.shape(pixels)[0], each.shape[1])) for each in model.inputs[1:]]  # nothing is stated
    outputs = model([pixels, *blank] if blank else pixels, training=False)
    probabilities = outputs if tf.is_tensor(outputs) else _named(model, outputs)
    logits = tf.math.log(tf.cast(probabilities, tf.float32) + _TINY)
    scores = tf.gather(logits, classes, axis=1, batch_dims=1) - tf.reduce_mean(logits, axis=1)
    for activation in _feature_maps(probabilities.graph):
        gradient = tf.gradients(scores, activation)[0]
        if gradient is not None:  # None: it leads elsewhere, to the distance say
            weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
            maps = tf.cast(tf.nn.relu(tf.reduce_sum(weights * activation, axis=-1)), tf.float32)
            return maps[: tf.shape(pixels)[0]]  # the first view, which is the images as they are
    return None


def _named(model: Model, outputs: "Sequence[tf.Tensor] | dict[str, tf.Tensor]") -> "tf.Tensor":
    if isinstance(outputs, dict):
        return outputs[PROBABILITIES]
    return outputs[list(model.output_names).index(PROBABILITIES)]


def _feature_maps(graph: "tf.Graph") -> "list[tf.Tensor]":
    """Activations of images (batch, rows, columns, channels) at or behind a convolution, the last one first."""
    behind, ours = False, []
    for operation in graph.get_operations():
        behind = behind or operation.type in _CONVOLUTIONS
        ours += [tensor for tensor in operation.outputs if behind and _is_feature_map(tensor)]
    return ours[::-1]


def _is_feature_map(tensor: "tf.Tensor") -> bool:
    """Whether its first axis is the batch, which a kernel has not, and its rows and columns are more than one cell."""
    shape = tensor.shape
    return (
        bool(tensor.dtype.is_floating)
        and shape.rank == 4  # noqa: PLR2004 - axes
        and shape[0] is None
        and all(side is not None for side in shape[1:])
        and shape[1] * shape[2] > 1
    )


def _scaled(maps: Maps) -> Maps:
    largest = maps.max(axis=(1, 2), keepdims=True)
    scaled: Maps = np.divide(maps, largest, out=np.zeros_like(maps), where=largest > 0)
    return scaled
