"""Networks of keras.applications without their classifier, with their own preprocessing and the weights asked for.

Input shape: (batch, size, size, 3), values 0..255. Output shape: (batch, height, width, features).
"""

import importlib
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dermaflow.core.errors import TrainingError
from dermaflow.core.paths import MODEL
from dermaflow.model.backend import keras
from dermaflow.model.earlier import model_folder, weights_path
from dermaflow.model.params import IMAGENET, NO_WEIGHTS, TrainParams

STEM_SCALED_BY = "IMAGENET_STDDEV_RGB"  # what keras.applications.efficientnet calls the deviations; others lack it
Model = Any
"""A keras.Model; Keras ships no types."""
Tensor = Any
"""A symbolic tensor of a functional model."""


def backbone(image: Tensor, params: TrainParams) -> Model:
    """The backbone named in `params` over a tensor of images, its weights loaded.

    Raises:
        TrainingError: the weights cannot be had, or are those of another network; options it does not take.
    """
    make = getattr(keras.applications, params.architecture)
    module = importlib.import_module(make.__module__)
    fixed = {"include_top": False, **params.backbone_options}
    try:
        model = make(weights=None, input_tensor=module.preprocess_input(image), **fixed)
        if params.weights == IMAGENET:
            model.set_weights(make(weights=IMAGENET, input_shape=tuple(image.shape[1:]), **fixed).get_weights())
            _refresh(model.layers)
    except Exception as error:
        raise TrainingError(_fault(params, error)) from error
    if params.weights not in (NO_WEIGHTS, IMAGENET):
        _load(model, weights_path(params.weights), params)
    ours = model_folder(params.weights) is not None  # what follows was done to them when they were learnt
    if params.pretrained and not ours and STEM_SCALED_BY in vars(module):
        _scale_stem(model, vars(module)[STEM_SCALED_BY])
    return model


def _scale_stem(model: Model, deviations: Sequence[float]) -> None:
    """Divide what the first convolution of an EfficientNet sees by the root of each channel's deviation.

    Its ImageNet weights were learnt from images divided by it twice. Keras has a layer for that, but only where it
    loads the weights itself; within the weights it is there however they came, and wherever they go.
    """
    stem = model.get_layer("stem_conv")
    kernel, *others = stem.get_weights()
    stem.set_weights([kernel / np.sqrt(np.asarray(deviations, dtype=np.float32))[:, np.newaxis], *others])


def _load(model: Model, file: Path, params: TrainParams) -> None:
    """Load a weights file so that nothing can be left out unnoticed: what it lacks would stay NaN."""
    if not file.is_file():
        raise TrainingError(
            f"weights: expected none, imagenet, a weights file or the folder of a model, found no file {file}"
        )
    for variable in model.weights:
        variable.assign(np.full(variable.shape, np.nan, dtype=np.float32))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Skipping nested container")  # layers are stored beside, once
            if file.suffix == MODEL.suffix:
                take_weights(model, [keras.saving.load_model(file, compile=False)])
            else:
                model.load_weights(file)
    except Exception as error:
        raise TrainingError(_fault(params, error)) from error
    absent = sum(not np.isfinite(keras.ops.convert_to_numpy(variable)).all() for variable in model.weights)
    if absent:
        raise TrainingError(
            f"the weights {file} lack {absent} of the {len(model.weights)} arrays of {params.architecture}: "
            "expected the weights of that very network without its top"
        )


def take_weights(network: Model, parts: Sequence[Model]) -> None:
    """Copy the weights of every layer from the part that has a layer of that name; later parts win.

    Raises:
        KeyError: no part has it.
        ValueError: it has another shape there.
    """
    found = {layer.name: layer.get_weights() for part in parts for layer in part.layers if layer.weights}
    for layer in network.layers:
        if layer.weights:
            layer.set_weights(found[layer.name])
    _refresh(network.layers)


def _refresh(layers: Sequence[Any]) -> None:
    """After weights were set: Keras' Normalization computes with a copy of its own."""
    for layer in layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()


def _fault(params: TrainParams, error: Exception) -> str:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if params.weights == IMAGENET:
        hint = "imagenet needs a network at the first use; a weights file does not"
    else:
        hint = "expected a Keras weights file of that very network without its top, or a model of it, and fit options"
    options = f" with {params.backbone_options}" if params.backbone_options else ""
    return f"{params.architecture}{options} at {params.image_size_px} px, weights {params.weights}: {said} ({hint})"
