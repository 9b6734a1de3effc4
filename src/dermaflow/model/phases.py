"""The two phases of a training: the classifier alone on what the backbone gives, then the layers that are tuned.

A network without given weights has the second phase only. The optimiser begins anew with each phase.
"""

import math
from typing import Any

from dermaflow.model.architectures import LOGITS
from dermaflow.model.backbones import Model
from dermaflow.model.backend import keras
from dermaflow.model.params import TrainParams

WARM_UP_FRAC = 0.1  # of the steps of a phase on the cosine schedule (He et al. 2019, doi 10.1109/CVPR.2019.00065)
FINAL_FRAC = 0.01  # of the learning rate, where the cosine ends


def head_epochs(params: TrainParams) -> int:
    """How many epochs the first phase has."""
    return params.head_epochs if params.pretrained else 0


def begins_phase(epoch: int, params: TrainParams) -> bool:
    """Whether an epoch, counted from 1, is the first one of a phase."""
    return epoch in (1, head_epochs(params) + 1)


def start_phase(model: Model, epoch: int, n_rows: int, params: TrainParams, tuned: frozenset[str]) -> None:
    """Choose what is trained from this epoch on, and compile the model with a new optimiser.

    Args:
        epoch: the first one of the phase, counted from 1.
        n_rows: of an epoch.
        tuned: the names of the layers that the second phase trains.
    """
    in_head = epoch <= head_epochs(params)
    for layer in model.layers:
        layer.trainable = layer.name == LOGITS if in_head else layer.name in tuned
    epochs = head_epochs(params) if in_head else params.epochs - head_epochs(params)
    peak = params.head_learning_rate if in_head else params.learning_rate
    steps = epochs * math.ceil(n_rows / params.batch_size)
    model.compile(
        optimizer=keras.optimizers.AdamW(_rate(peak, steps, params), weight_decay=params.weight_decay),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=params.label_smoothing),
        metrics=["accuracy"],
    )


def tuned_layers(model: Model) -> frozenset[str]:
    """The names of the layers of a new model that may be trained."""
    return frozenset(layer.name for layer in model.layers if layer.trainable)


def _rate(peak: float, steps: int, params: TrainParams) -> Any:  # noqa: ANN401 - a number or a Keras schedule
    """The learning rate: constant, or up to its peak and down along half a cosine (Loshchilov and Hutter 2017)."""
    if params.schedule == "constant":
        return peak
    warm_up = max(1, round(WARM_UP_FRAC * steps))
    return keras.optimizers.schedules.CosineDecay(
        peak * FINAL_FRAC, max(1, steps - warm_up), FINAL_FRAC, warmup_target=peak, warmup_steps=warm_up
    )
