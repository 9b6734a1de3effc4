"""Over what a model averages: networks, magnifications and views, each kept only if it wins on validation images."""

from itertools import product

import numpy as np
import numpy.typing as npt

from dermaflow.model.calibration import best_temperature, mean_probabilities
from dermaflow.model.card import AVERAGED, Average
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import validation_scores

Logits = npt.NDArray[np.float64]
"""Of the validation images: (networks, magnifications, views, n, classes), three axes as AVERAGED names them."""


def averages(logits: Logits, labels: npt.NDArray[np.int64]) -> tuple[Logits, tuple[Average, ...]]:
    """Of each axis all or the first alone: which of these has the lowest cross-entropy.

    Each is scored as its own calibration leaves it; of equals the one with less to compute is kept.

    Args:
        logits: as they were learnt, of images as they occur. Once rare classes count more (`balance.adjust_logits`)
            these images are no sample of what the logits are for: the temperature then divides what was adjusted too,
            and of two means the surer one, which needs the higher temperature, is adjusted less and loses less.
        labels: (n,).

    Returns:
        The logits of what is kept, and for each axis all of it against the first alone, the other axes as they are
        kept; nothing of an axis that has but one.
    """
    sizes = logits.shape[: len(AVERAGED)]
    choices = product(*(sorted({1, size}) for size in sizes))
    scores = {some: _scores(_first(logits, some), labels) for some in choices}
    kept = min(scores, key=lambda some: scores[some]["val_loss"])
    held = []
    for axis, (what, size) in enumerate(zip(AVERAGED, sizes, strict=True)):
        averaged, single = (scores[(*kept[:axis], n, *kept[axis + 1 :])] for n in (size, 1))
        if size > 1:
            held.append(Average(what=what, n=size, averaged=averaged, single=single))
    return _first(logits, kept), tuple(held)


def averaging(params: TrainParams, kept: Logits) -> TrainParams:
    """The parameters of a model that averages over what is kept, and no more."""
    networks, magnifications, views = kept.shape[: len(AVERAGED)]
    update: dict[str, object] = {"views": views}
    if networks == 1:
        update |= {"members": 1, "further_weights": []}
    if magnifications == 1:
        update |= {"zooms": []}
    return params.model_copy(update=update)


def over_all(logits: Logits) -> npt.NDArray[np.float64]:
    """All of them in one row, as calibration takes them: (networks * magnifications * views, n, classes)."""
    return logits.reshape(-1, *logits.shape[-2:])


def _first(logits: Logits, numbers: tuple[int, ...]) -> Logits:
    """Of each axis so many, from the first."""
    return logits[tuple(map(slice, numbers))]


def _scores(logits: Logits, labels: npt.NDArray[np.int64]) -> dict[str, float]:
    flat = over_all(logits)
    return validation_scores(mean_probabilities(flat, best_temperature(flat, labels)), labels)
