"""Over what a model averages: further networks and further views, each kept only if it wins on validation images."""

import numpy as np
import numpy.typing as npt

from dermaflow.model.calibration import best_temperature, mean_probabilities
from dermaflow.model.card import Average
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import validation_scores

Logits = npt.NDArray[np.float64]
"""Of the validation images: (networks, views, n, classes)."""


def averages(logits: Logits, labels: npt.NDArray[np.int64]) -> tuple[Logits, tuple[Average, ...]]:
    """All networks or the first alone, all views or the first alone: which of these has the lowest cross-entropy.

    Each is scored as its own calibration leaves it; of equals the one with less to compute is kept.

    Args:
        logits: as they were learnt, of images as they occur. Once rare classes count more (`balance.adjust_logits`)
            these images are no sample of what the logits are for: the temperature then divides what was adjusted too,
            and of two means the surer one, which needs the higher temperature, is adjusted less and loses less.
        labels: (n,).

    Returns:
        The logits of what is kept, and for each axis all of it against the first alone, the other axis as it is kept;
        nothing where there is one network and one view.
    """
    n_networks, n_views = logits.shape[:2]
    scores = {
        (networks, views): _scores(logits[:networks, :views], labels)
        for networks in sorted({1, n_networks})
        for views in sorted({1, n_views})
    }
    networks, views = min(scores, key=lambda some: scores[some]["val_loss"])
    held = (
        Average(what="networks", n=n_networks, averaged=scores[n_networks, views], single=scores[1, views]),
        Average(what="views", n=n_views, averaged=scores[networks, n_views], single=scores[networks, 1]),
    )
    return logits[:networks, :views], tuple(each for each in held if each.n > 1)


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
