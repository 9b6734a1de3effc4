"""Networks of keras.applications without their classifier, with their own preprocessing and the weights asked for.

Input shape: (batch, size, size, 3), values 0..255. Output shape: (batch, height, width, features).
"""

import importlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from dermaflow.core.errors import TrainingError
from dermaflow.model.backend import keras
from dermaflow.model.params import IMAGENET, NO_WEIGHTS, TrainParams

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
    prepared = importlib.import_module(make.__module__).preprocess_input(image)
    named = IMAGENET if params.weights == IMAGENET else None
    try:
        model = make(include_top=False, weights=named, input_tensor=prepared, **params.backbone_options)
    except Exception as error:
        raise TrainingError(_fault(params, error)) from error
    if params.weights not in (NO_WEIGHTS, IMAGENET):
        _load(model, Path(params.weights), params)
    return model


def _load(model: Model, file: Path, params: TrainParams) -> None:
    """Load a weights file so that nothing can be left out unnoticed: what it lacks would stay NaN."""
    if not file.is_file():
        raise TrainingError(f"train.weights: expected none, imagenet or a weights file, found no file {file}")
    for variable in model.weights:
        variable.assign(np.full(variable.shape, np.nan, dtype=np.float32))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Skipping nested container")  # layers are stored beside, once
            model.load_weights(file)
    except Exception as error:
        raise TrainingError(_fault(params, error)) from error
    absent = sum(not np.isfinite(keras.ops.convert_to_numpy(variable)).all() for variable in model.weights)
    if absent:
        raise TrainingError(
            f"train.weights: {file} lacks {absent} of the {len(model.weights)} arrays of {params.architecture}: "
            "expected the weights of that very network without its top"
        )


def _fault(params: TrainParams, error: Exception) -> str:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if params.weights == IMAGENET:
        hint = "imagenet needs a network at the first use; a weights file does not"
    else:
        hint = "expected a Keras weights file of that very network without its top, and options that it takes"
    options = f" with {params.backbone_options}" if params.backbone_options else ""
    return f"{params.architecture}{options} at {params.image_size_px} px, weights {params.weights}: {said} ({hint})"
