"""Out-of-distribution detection: how far an image lies from what a network was trained on.

The distance is Mahalanobis' between pooled activations.

Everywhere: an embedding is float (n, d), a row an image: activations of one layer, averaged over the picture.
One Gaussian is fitted to the training images, in which each diagnosis weighs the same: a rare one is familiar too.
Its covariance is shrunk (Ledoit and Wolf 2004, doi 10.1016/S0047-259X(03)00096-4); DIRECTIONS leading directions have
a variance each, the rest one in common (Tipping and Bishop 1999, doi 10.1111/1467-9868.00196).
One mean a class (Lee et al. 2018, arXiv 1807.03888) and the residual alone (Wang et al. 2022, arXiv 2203.10807) told
pictures without lesions no better, nearest neighbours (Sun et al. 2022, arXiv 2204.06507) and relative distances
(Ren et al. 2021, arXiv 2106.09022) worse: docs/log.md.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.covariance import LedoitWolf

from dermaflow.model.backend import keras

Floats = npt.NDArray[np.floating[Any]]

METHOD = "Mahalanobis distance of pooled activations, Ledoit-Wolf covariance, each diagnosis weighing the same"
KEPT_FRAC = 0.99
"""The share of the validation images whose distance is at most 1."""
DIRECTIONS = 32
SMALLEST_VARIANCE = 1e-3
"""Of a standardised direction, so that whitening multiplies by 32 at most: float32 keeps four digits and more."""
FAMILIAR_STRIDE = 16
"""How many pixels of the image one cell of the layer steps over. Of a pretrained network, finer layers flag other
cameras and compressions of familiar lesions; later ones miss blurred, recoloured and flat pictures."""


@dataclass(frozen=True)
class Familiar:
    """What the distance is measured from; make it with `fit_familiarity`."""

    centre: npt.NDArray[np.float32]  # (d,)
    variance: npt.NDArray[np.float32]  # (d,) by which each activation is standardised; above 0
    directions: npt.NDArray[np.float32]  # (d, k) orthonormal columns, of standardised activations
    variances: npt.NDArray[np.float32]  # (k,) along them, SMALLEST_VARIANCE or more
    rest: float  # variance along every other direction, likewise
    limit: float  # what is called the distance 1, above 0


def fit_familiarity(train: Floats, labels: npt.NDArray[np.int64], validation: Floats) -> Familiar:
    """Fit the distance to training images, its scale to validation images.

    Args:
        train: (n, d) embeddings, n at least 2; a thousand are enough.
        labels: (n,) the number of the diagnosis of each.
        validation: (m, d), m at least 1. The limit is one of their distances, which KEPT_FRAC of them or a
            few more keep.

    Raises:
        ValueError: the shapes do not match, there are too few rows, or a value is not finite.
    """
    _check(train, labels, validation)
    train, weights = np.asarray(train, dtype=np.float64), _equal_weights(labels)
    centre = weights @ train
    spread = weights @ (train - centre) ** 2
    variance = spread + SMALLEST_VARIANCE * spread.mean() + np.finfo(np.float32).eps
    standard = (train - centre) / np.sqrt(variance)
    covariance = LedoitWolf(assume_centered=True, store_precision=False).fit(
        standard * np.sqrt(len(train) * weights)[:, np.newaxis]
    )
    ascending, axes = np.linalg.eigh(covariance.covariance_)
    variances, axes = np.maximum(ascending[::-1], SMALLEST_VARIANCE), axes[:, ::-1]
    k = min(DIRECTIONS, len(train) - 1, train.shape[1])
    unscaled = Familiar(
        centre=centre.astype(np.float32),
        variance=variance.astype(np.float32),
        directions=axes[:, :k].astype(np.float32),
        variances=variances[:k].astype(np.float32),
        rest=float(variances[k:].mean()) if k < len(variances) else 1.0,
        limit=1.0,
    )
    kept = float(np.quantile(distance_of(validation, unscaled), KEPT_FRAC, method="higher"))
    return replace(unscaled, limit=kept if kept > 0 else 1.0)


def distance_of(embedding: Floats, familiar: Familiar) -> npt.NDArray[np.float64]:
    """The distance, shape (n,), of embeddings, shape (n, d); above 1 is unfamiliar."""
    standard = (np.asarray(embedding, dtype=np.float64) - familiar.centre) / np.sqrt(familiar.variance)
    along = standard @ familiar.directions
    residual = standard - along @ familiar.directions.T
    squares = (along**2 / familiar.variances).sum(axis=1) + (residual**2).sum(axis=1) / familiar.rest
    distance: npt.NDArray[np.float64] = np.sqrt(squares) / familiar.limit
    return distance


def with_distance(embedding: Any, familiar: Familiar) -> Any:  # noqa: ANN401 - tensors of Keras, which ships no types
    """The same distance as a tensor of a functional model, from stock layers in float32 that do not train.

    Input shape: (batch, d). Output shape: (batch,).
    """
    fixed = {"dtype": "float32", "trainable": False}
    d, k = familiar.directions.shape
    spread = np.sqrt(familiar.variances)
    standardise = keras.layers.BatchNormalization(
        center=False, scale=False, epsilon=0, name="distance_standardise", **fixed
    )
    whiten = keras.layers.Dense(k, use_bias=False, name="distance_whiten", **fixed)
    back = keras.layers.Dense(d, use_bias=False, name="distance_back", **fixed)
    standard = standardise(embedding)
    along = whiten(standard)
    residual = keras.layers.Subtract(name="distance_residual", **fixed)([standard, back(along)])
    standardise.set_weights([familiar.centre, familiar.variance])
    whiten.set_weights([familiar.directions / spread])
    back.set_weights([(familiar.directions * spread).T])
    inside, outside = (keras.ops.sum(keras.ops.square(part), axis=-1) for part in (along, residual))
    root = keras.ops.sqrt(inside + outside / familiar.rest)
    return keras.layers.Rescaling(1 / familiar.limit, name="distance_scaled", **fixed)(root)


def familiar_embedding(network: Any) -> Any:  # noqa: ANN401 - a keras.Model, a tensor of it
    """The activations that tell best, averaged over the picture: a tensor of the network, (batch, d).

    With residual blocks: the middle one of the layers that join a block and have a FAMILIAR_STRIDE.
    Without: the last layer of each resolution down to that one, side by side.

    Args:
        network: a functional or sequential model, input (batch, size, size, 3).

    Raises:
        ValueError: it has no layer with an output (batch, side, side, channels).
    """
    coarsest = math.ceil(network.input_shape[1] / FAMILIAR_STRIDE)
    computed = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
    sides = {layer: side for layer in computed if (side := _side(layer)) >= coarsest}
    if not sides:
        raise ValueError(f"expected layers with maps at least {coarsest} wide, received none")
    joins = [layer for layer, side in sides.items() if side == coarsest and isinstance(layer, keras.layers.Add)]
    last = {side: layer for layer, side in sides.items()}  # of equal sides the last one stays
    chosen = [joins[len(joins) // 2]] if joins else list(last.values())
    pooled = [keras.layers.GlobalAveragePooling2D(name=f"familiar_{layer.name}")(layer.output) for layer in chosen]
    return pooled[0] if len(pooled) == 1 else keras.layers.Concatenate(name="familiar")(pooled)


def _side(layer: Any) -> int:  # noqa: ANN401 - a keras.layers.Layer
    """The side of the square maps that a layer gives; 0 where it gives something else."""
    shape = tuple(getattr(layer.output, "shape", ()))
    square = len(shape) == 4 and shape[1] == shape[2] and shape[1] is not None  # noqa: PLR2004 - batch, side, side, channels
    return int(shape[1]) if square else 0


def _equal_weights(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """A weight for each image, (n,), in all 1, so that each diagnosis weighs the same."""
    _, diagnosis, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights: npt.NDArray[np.float64] = 1 / (counts[diagnosis] * len(counts))
    return weights


def _check(train: Floats, labels: npt.NDArray[np.int64], validation: Floats) -> None:
    if train.ndim != 2 or validation.ndim != 2 or train.shape[1] != validation.shape[1]:  # noqa: PLR2004 - axes
        raise ValueError(f"expected embeddings (n, d) and (m, d), received {train.shape} and {validation.shape}")
    if labels.shape != train.shape[:1]:
        raise ValueError(f"expected a label for each of {len(train)} training images, received {labels.shape}")
    if len(train) < 2 or len(validation) < 1:  # noqa: PLR2004 - one image has no spread
        raise ValueError(
            f"expected at least 2 training images and 1 validation image, received {len(train)} and {len(validation)}"
        )
    if not (np.isfinite(train).all() and np.isfinite(validation).all()):
        raise ValueError("expected finite embeddings, received NaN or infinity: the network is broken")
