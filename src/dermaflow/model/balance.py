"""How rare diagnoses are made to count: by weights in training, or afterwards by what a finished network starts from.

Everywhere: labels (n,), of all training rows, copies among them; power 1 makes every class count as much as any other,
0 as often as it occurs.
"""

import numpy as np
import numpy.typing as npt

from dermaflow.model.architectures import LOGITS
from dermaflow.model.backbones import Model


def class_weights(labels: npt.NDArray[np.int64], n_classes: int, power: float) -> npt.NDArray[np.float64]:
    """A weight for each row, shape (n,), mean 1: the share of its class among the rows, to the power of -power.

    With power 1 every class weighs the same in total (King and Zeng 2001, doi 10.1093/oxfordjournals.pan.a004868).
    """
    weights: npt.NDArray[np.float64] = class_shares(labels, n_classes)[labels] ** -power
    return weights / float(weights.mean())


def class_shares(labels: npt.NDArray[np.int64], n_classes: int) -> npt.NDArray[np.float64]:
    """The share of each class among the rows, shape (classes,), sum 1; every class occurs."""
    return np.bincount(labels, minlength=n_classes) / len(labels)


def adjust_logits(model: Model, labels: npt.NDArray[np.int64], power: float) -> npt.NDArray[np.float64]:
    """Take from the logits of a trained network what the frequency of each class has put into them.

    Logit adjustment post hoc (Menon et al. 2021, arXiv 2007.07314): the logarithm of a class's share, times the
    power, is subtracted, here from the bias. The network learns from every image alike, which Kang et al. (2020, arXiv
    1910.09217) found to give the better features, and still names rare classes as if they were as frequent as others.
    The scores of the epochs are of the network before that.

    Returns:
        What was subtracted, (classes,).
    """
    layer = model.get_layer(LOGITS)
    kernel, bias = layer.get_weights()
    taken = power * np.log(class_shares(labels, len(bias)))
    layer.set_weights([kernel, bias - taken])
    return taken
