"""The scores by which a training is steered: cross-entropy, accuracy, balanced accuracy. Arrays only."""

import numpy as np
import numpy.typing as npt
from scipy import special

from dermaflow.core.measures import SMALLEST_P


def softmax(logits: npt.NDArray[np.float64], temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """Probabilities, shape (…, classes), of logits of that shape, divided by a temperature."""
    shares: npt.NDArray[np.float64] = special.softmax(logits / temperature, axis=-1)
    return shares


def losses_of(probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The cross-entropy of each row of probabilities, shape (n, classes), against labels, shape (n,): (n,)."""
    losses: npt.NDArray[np.float64] = -np.log(np.clip(probabilities[np.arange(len(labels)), labels], SMALLEST_P, 1.0))
    return losses


def validation_scores(probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> dict[str, float]:
    """Scores of probabilities, shape (n, classes), against labels, shape (n,), n > 0.

    Balanced accuracy is the mean sensitivity over the classes that occur among the labels
    (Brodersen et al. 2010, doi 10.1109/ICPR.2010.764).
    """
    hits = probabilities.argmax(axis=1) == labels
    sensitivities = [hits[labels == label].mean() for label in np.unique(labels)]
    return {
        "val_loss": float(losses_of(probabilities, labels).mean()),
        "val_accuracy": float(hits.mean()),
        "val_balanced_accuracy": float(np.mean(sensitivities)),
    }
