"""Train a model epoch by epoch, so that a training that was interrupted goes on exactly where it stood.

All that is random in an epoch (order, dropout) is drawn from the seed and the number of the epoch; the rest
of the state (weights, optimiser) is in the checkpoint. Same parameters, same pixels: same weights.
"""

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.errors import TrainingError
from dermaflow.core.parallel import REPORT_EVERY_S
from dermaflow.core.seeds import derived_seed
from dermaflow.model.backbones import Model
from dermaflow.model.backend import keras
from dermaflow.model.balance import class_weights
from dermaflow.model.batches import batches, epoch_order
from dermaflow.model.calibration import best_temperature
from dermaflow.model.checkpoint import Row, best_epoch, is_over, model_file, store, stored_history
from dermaflow.model.params import TrainParams
from dermaflow.model.phases import begins_phase, head_epochs, start_phase, tuned_layers
from dermaflow.model.pixels import Labelled
from dermaflow.model.scores import softmax, validation_scores

Report = Callable[[int, Mapping[str, float]], None]
"""Called after each epoch with its number, from 1, and its row of the history."""


class Fitted(NamedTuple):
    """The best model of a training, without its optimiser, and all epochs."""

    model: Model  # to logits
    history: list[Row]


def fit(new: Model, train: Labelled, validation: Labelled, params: TrainParams, folder: Path, report: Report) -> Fitted:
    """Train until `params.epochs` are done or validation has not improved for `params.patience_epochs`.

    Args:
        new: the model to train, from inputs to logits (see model.architectures), after `make_deterministic`.
        train: what is learnt from; validation: what chooses the epoch; both as the model takes them.
        folder: where checkpoints of this very training lie; the caller removes it in the end.
        report: what it raises ends the training; the epoch is stored by then.

    Raises:
        TrainingError: the loss is no number any more.
    """
    tuned = tuned_layers(new)
    model, history = _started(new, folder)
    while not is_over(history, params.epochs, params.patience_epochs, head_epochs(params)):
        epoch = len(history) + 1
        if begins_phase(epoch, params):
            start_phase(model, epoch, len(train.labels), params, tuned)
        history.append(_epoch(model, train, validation, epoch, params))
        store(folder, history, model.save)
        report(epoch, history[-1])
        print(_line(history, params), flush=True)
    return Fitted(_loaded(model_file(folder, best_epoch(history)), compiled=False), history)


def logits_of(model: Model, rows: Labelled, batch_size: int) -> npt.NDArray[np.float64]:
    """What a model gives for all rows, in their order: shape (n, outputs)."""
    dataset = batches(rows, np.arange(len(rows.labels)), batch_size, _n_classes(model))
    inputs = dataset.map(lambda given, *_: given)
    outputs: npt.NDArray[np.float64] = model.predict(inputs, verbose=0).astype(np.float64)
    return outputs


def _started(new: Model, folder: Path) -> tuple[Model, list[Row]]:
    """The model and history of the checkpoint, if there is a usable one, else the new model."""
    history = stored_history(folder)
    if history:
        try:
            model = _loaded(model_file(folder, len(history)), compiled=True)
            _loaded(model_file(folder, best_epoch(history)), compiled=False)
        except Exception as error:  # noqa: BLE001 - Keras raises whatever malformed bytes lead it to
            print(f"the checkpoint in {folder} cannot be read ({error}): starting anew", flush=True)
        else:
            print(f"going on after epoch {len(history)}, from {folder}", flush=True)
            return model, history
    return new, []


def _loaded(path: Path, *, compiled: bool) -> Model:
    return keras.saving.load_model(path, compile=compiled)


def _epoch(model: Model, train: Labelled, validation: Labelled, epoch: int, params: TrainParams) -> Row:
    """One pass over the training rows, then the scores on validation.

    They are those after calibration, which follows in any case: an epoch that tells more, and is too sure of it, is
    better than one before it (Guo et al. 2017, arXiv 1706.04599, section 3).
    """
    start = time.monotonic()
    _reseed(model, params.seed, epoch)
    weights = class_weights(train.labels, _n_classes(model), params.balance_power)
    drawn = weights if params.balance == "sampling" else None
    order = epoch_order(len(train.labels), params.seed, epoch, drawn)
    weighing = weights if params.balance == "loss" else None
    dataset = batches(train, order, params.batch_size, _n_classes(model), weighing)
    steps = math.ceil(len(order) / params.batch_size)
    learnt = model.fit(dataset, shuffle=False, verbose=0, callbacks=[_progress(epoch, steps)]).history
    logits = logits_of(model, validation, params.batch_size)
    scores = validation_scores(softmax(logits, best_temperature(logits, validation.labels)), validation.labels)
    row = {"loss": float(learnt["loss"][0]), "accuracy": float(learnt["accuracy"][0]), **scores}
    if not all(map(math.isfinite, row.values())):
        raise TrainingError(
            f"epoch {epoch}: expected a finite loss, received {row['loss']} (validation {row['val_loss']}): "
            f"lower train.learning_rate ({params.learning_rate})"
        )
    return {**row, "seconds": round(time.monotonic() - start, 3)}


def _n_classes(model: Model) -> int:
    return int(model.output_shape[-1])


def _reseed(model: Model, seed: int, epoch: int) -> None:
    """Set the random state of every layer that has one, from seed, epoch and the name of the layer.

    Its name and not its place: it is the same where the frozen layers before it are computed once and left out.
    """
    for layer in model.layers:
        for name in ("seed_generator", "generator"):  # of dropout; of layers that vary images
            if getattr(layer, name, None) is not None:
                getattr(layer, name).state.assign([derived_seed("layer", seed, epoch, layer.name), 0])


def _progress(epoch: int, steps: int) -> object:
    """A callback that says now and then how far an epoch has come, by the batches after the first: that one builds."""
    times = {"begun": math.nan, "said": time.monotonic()}

    def after_batch(batch: int, logs: object) -> None:  # noqa: ARG001 - Keras names its arguments
        now = time.monotonic()
        if batch == 0:
            times["begun"] = now
        elif now - times["said"] >= REPORT_EVERY_S:
            times["said"] = now
            left_s = (now - times["begun"]) / batch * (steps - batch - 1)
            print(f"epoch {epoch}: {batch + 1:,} of {steps:,} batches, about {left_s:.0f} s left", flush=True)

    return keras.callbacks.LambdaCallback(on_train_batch_end=after_batch)


def _line(history: list[Row], params: TrainParams) -> str:
    row, epoch, best = history[-1], len(history), best_epoch(history)
    adjusted = " before logits are adjusted" if params.balance == "logits" else ""
    return (
        f"epoch {epoch} of at most {params.epochs}: loss {row['loss']:.3f}, validation loss {row['val_loss']:.3f} "
        f"(best: epoch {best}), validation balanced accuracy {row['val_balanced_accuracy']:.3f}{adjusted}, "
        f"{row['seconds']:.1f} s, {_left(history, params)}"
    )


def _left(history: list[Row], params: TrainParams) -> str:
    """How long it takes yet, in words; an epoch of the classifier alone tells nothing about those that tune layers."""
    if is_over(history, params.epochs, params.patience_epochs, head_epochs(params)):
        return "done"
    begun = head_epochs(params) if params.epochs > head_epochs(params) else 0  # the classifier may be all there is
    alike = [row["seconds"] for row in history[begun:]]
    if not alike:
        return "how long the others take is known after the first that tunes layers"
    return f"at most {(params.epochs - len(history)) * sum(alike) / len(alike):.0f} s left"
