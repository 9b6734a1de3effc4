"""The trained model as an ONNX file: what ONNX Runtime scores with, held against Keras before it is kept.

Inputs, outputs and bytes are those of model.onnx_graph.
"""

import contextlib
import io
import logging
import math
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from dermaflow.core.clinical import Clinical
from dermaflow.core.errors import TrainingError
from dermaflow.core.files import replacing
from dermaflow.model.backbones import Model
from dermaflow.model.backend import keras, tf
from dermaflow.model.onnx_graph import stable
from dermaflow.model.session import GROUP, Scores, Session

TOLERANCE = 1e-4  # of a probability, and of a distance relative to 1 or to itself
COMPARED = 64  # images


def write_onnx(model: Model, images: npt.NDArray[np.uint8], path: Path, clinical: Clinical | None = None) -> float:
    """Write a model from `whole_model` as ONNX, whole or not at all; give how far it is from Keras at most.

    Args:
        images: (n, size, size, 3), 0..255, n at least 1; an even choice of COMPARED at most is compared.
        clinical: (n, columns), what is stated of them, for a model that takes it.

    Raises:
        TrainingError: ONNX Runtime cannot load it, or does not say what Keras says.
    """
    every = math.ceil(len(images) / COMPARED)
    shown = np.asarray(images[::every])
    stated = clinical[::every] if clinical is not None and len(model.inputs) > 1 else None
    expected = _said_by_keras(model, shown, stated)
    graph = stable(_exported(model))
    with replacing(path) as temporary:
        onnx.save(graph, temporary)
        furthest = _furthest(expected, _loaded(temporary).run_all(shown, stated))
        if not furthest <= TOLERANCE:  # nor where it is no number
            raise TrainingError(
                f"the model as ONNX differs from Keras by up to {furthest:.2g} on {len(shown)} validation images, "
                f"expected at most {TOLERANCE:.0e}: this network cannot be scored with ONNX Runtime"
            )
    print(f"{path} says what Keras says, to {furthest:.0e}, on {len(shown)} validation images", flush=True)
    return furthest


def _loaded(path: Path) -> Session:
    try:
        return Session(path)
    except Exception as error:
        raise TrainingError(
            f"this network cannot be scored with ONNX Runtime, which cannot load it: {error}"
        ) from error


def _said_by_keras(
    model: Model, images: npt.NDArray[np.uint8], clinical: Clinical | None
) -> list[npt.NDArray[np.float32]]:
    """Probabilities and distances, GROUP images at a time: a called model keeps all that its layers give till it ends.

    Of 64 images in four views, MobileNetV2 at 192 px keeps 14 GB so.
    """
    given: list[npt.NDArray[Any]] = [images] if clinical is None else [images, clinical]
    told = []
    with keras.device("cpu:0"):  # a GPU rounds otherwise
        for start in range(0, len(images), GROUP):
            part = [each[start : start + GROUP] for each in given]
            outputs = model(part[0] if len(part) == 1 else part, training=False)
            told.append([keras.ops.convert_to_numpy(output) for output in outputs])
    return [np.concatenate(parts) for parts in zip(*told, strict=True)]


def _exported(model: Model) -> onnx.ModelProto:
    """What Keras exports, in float32 from a float32 image."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), _quiet(), _as_tf2onnx_takes_it(model):
        warnings.simplefilter("ignore", FutureWarning)  # of tf2onnx, about NumPy
        file = Path(folder, "model.onnx")
        model.export(file, format="onnx", verbose=False)
        return onnx.load(file)


def _furthest(expected: Sequence[npt.NDArray[np.float32]], scored: Scores) -> float:
    probabilities, distance = expected
    relative = np.abs(scored.distance - distance) / np.maximum(1, distance)
    return float(np.max([np.abs(scored.probabilities - probabilities).max(), relative.max()]))


@contextlib.contextmanager
def _as_tf2onnx_takes_it(model: Model) -> Iterator[None]:
    """With functions traced as part of what calls them, and what normalises as numbers.

    It knows no calls, which Keras has in each convolution whose channels are in groups, as ConvNeXt's are; and it makes
    an input without a value of a tensor that a Normalization layer holds.
    """
    normalising = [layer for layer in model.layers if isinstance(layer, keras.layers.Normalization)]
    held = [(layer.mean, layer.variance) for layer in normalising]
    for layer in normalising:
        layer.mean, layer.variance = map(keras.ops.convert_to_numpy, (layer.mean, layer.variance))
    tf.config.run_functions_eagerly(run_eagerly=True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(run_eagerly=False)
        for layer, (mean, variance) in zip(normalising, held, strict=True):
            layer.mean, layer.variance = mean, variance


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what tf2onnx and TensorFlow's export tell of themselves; what cannot be exported cannot be loaded."""
    level = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(level)
