"""Over what a model averages: further networks and further views, each kept only if it wins on validation images."""

import numpy as np
import numpy.typing as npt

from dermaflow.model.calibration import best_temperature, mean_probabilities
from dermaflow.model.card import Average, Averaged
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import validation_scores

Logits = npt.NDArray[np.float64]
"""Of the validation images: (networks, views, n, classes)."""


AXES: tuple[Averaged, ...] = ("networks", "views")


def averages(logits: Logits, labels: npt.NDArray[np.int64]) -> tuple[Logits, tuple[Average, ...]]:
    """All networks, or the first alone; of these all views, or the first alone: which has the lower cross-entropy.

    Each is scored as its own calibration leaves it.

    Args:
        labels: (n,).

    Returns:
        The logits of what is kept, and what was held against what; nothing where there is one network and one view.
    """
    held: list[Average] = []
    for axis, what in enumerate(AXES):
        if logits.shape[axis] == 1:
            continue
        single = logits.take([0], axis=axis)
        held.append(
            Average(what=what, n=logits.shape[axis], averaged=_scores(logits, labels), single=_scores(single, labels))
        )
        logits = logits if held[-1].kept else single
    return logits, tuple(held)


def averaging(params: TrainParams, kept: Logits) -> TrainParams:
    """The parameters of a model that averages over what is kept, and no more."""
    one_network = {"members": 1, "further_weights": []} if kept.shape[0] == 1 else {}
    return params.model_copy(update={**one_network, "views": kept.shape[1]})


def over_all(logits: Logits) -> npt.NDArray[np.float64]:
    """Networks and views in one row, as calibration takes them: (networks * views, n, classes)."""
    return logits.reshape(-1, *logits.shape[2:])


def _scores(logits: Logits, labels: npt.NDArray[np.int64]) -> dict[str, float]:
    flat = over_all(logits)
    return validation_scores(mean_probabilities(flat, best_temperature(flat, labels)), labels)
