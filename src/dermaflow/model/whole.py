"""One model out of all that a training has found: views, preprocessing, backbone, temperature, evidence, distance.

Input shape: `image`, (batch, size, size, 3), values 0..255; with evidence also `clinical`, (batch, columns), see
core.clinical, all 0 where nothing is stated.
Output shape: `probabilities`, (batch, classes), calibrated; `distance`, (batch,), 1 at the limit of the familiar.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.measures import SMALLEST_P
from dermaflow.model.architectures import after_cut, build_over, cut, image_input
from dermaflow.model.backbones import Model, Tensor, take_weights
from dermaflow.model.backend import keras
from dermaflow.model.clinical import Evidence
from dermaflow.model.familiarity import Familiar, familiar_embedding, with_distance
from dermaflow.model.params import NO_WEIGHTS, TrainParams

TURNS = (  # whether rows are reversed, columns are reversed, rows and columns are exchanged
    (False, False, False),
    (False, True, False),
    (True, False, False),
    (True, True, False),
    (False, False, True),
    (False, True, True),
    (True, False, True),
    (True, True, True),
)
"""The eight mirrorings and quarter turns of a square; the first one leaves it as it is."""


Parts = Sequence[Model]
"""The models that a member is made of, one after the other; later ones win where both have a layer."""


class Findings(NamedTuple):
    """What validation has decided of a trained network."""

    temperature: float
    familiar: Familiar
    evidence: Evidence | None = None  # of what is stated beside the image, its strength within; see model.clinical


def views_of(images: npt.NDArray[np.uint8], number: int) -> list[npt.NDArray[np.uint8]]:
    """The first `number` of TURNS of images, shape (n, size, size, 3) each, as views on the same memory."""
    return [_turned(images, *turn) for turn in TURNS[:number]]


def whole_model(params: TrainParams, n_classes: int, members: Sequence[Parts], findings: Findings) -> Model:
    """Everything in one functional model, with the weights of the members, layer by layer of the same name.

    The first member gives all its layers, and the distance is measured in it. Each further one is a model within the
    model: of the same first weights, only what comes after the frozen layers, which these share; of others, all of it.
    """
    owns = [_own(params, weights) for weights in params.weights_of_members[1:]]
    others = [_after_frozen(own, n_classes, members[place - 1], place) for place, own in enumerate(owns, 2)]
    image, seen, network = _network(params, n_classes, members[0])
    begins = (cut(network, own) if own.frozen else seen for own in owns)
    logits = [network.output, *(other(begin) for other, begin in zip(others, begins, strict=True))]
    probabilities = _mean_of_views(_mean_of_members(logits, findings.temperature), params.views)
    inputs = [image]
    if findings.evidence is not None:
        inputs.append(keras.Input((len(findings.evidence),), name="clinical"))
        probabilities = _updated(probabilities, inputs[1], findings.evidence)
    probabilities = keras.layers.Identity(name="probabilities", dtype="float32")(probabilities)
    distance = with_distance(_first_view(familiar_embedding(network), params.views), findings.familiar)
    distance = keras.layers.Identity(name="distance", dtype="float32")(distance)
    return keras.Model(inputs if len(inputs) > 1 else image, [probabilities, distance], name=params.architecture)


def looking_model(params: TrainParams, n_classes: int, parts: Parts) -> Model:
    """The model from an image to what its distance is measured by, (batch, d)."""
    image, _, network = _network(params.model_copy(update={"views": 1}), n_classes, parts)
    return keras.Model(image, familiar_embedding(network))


def _network(params: TrainParams, n_classes: int, parts: Parts) -> tuple[Tensor, Tensor, Model]:
    """An image, its views one after the other, and the network over these, to logits (views * batch, classes).

    Keras numbers the layers that have no name of their own, as some backbones have: it begins anew here, as it did
    where the parts were built, so that they are found; and so that the same weights are the same file.
    """
    keras.utils.clear_session(free_memory=False)
    image = image_input(params)
    views = [_turned(image, *turn) for turn in TURNS[: params.views]]
    seen = keras.ops.concatenate(views) if len(views) > 1 else image
    unloaded = params.model_copy(update={"weights": NO_WEIGHTS, "on_the_fly": False})
    network = build_over(image, seen, unloaded, n_classes)
    take_weights(network, parts)
    return image, seen, network


def _own(params: TrainParams, weights: str) -> TrainParams:
    """The same with nothing frozen, and so nothing shared, where a member began with other weights than the first."""
    return params if weights == params.weights else params.model_copy(update={"frozen_through": ""})


def _after_frozen(params: TrainParams, n_classes: int, parts: Parts, place: int) -> Model:
    """What a member learnt, as a model from what the frozen layers give, or from the image where none are frozen."""
    _, _, network = _network(params.model_copy(update={"views": 1}), n_classes, parts)
    return after_cut(network, params, f"member_{place}")


def _mean_of_members(logits: Sequence[Tensor], temperature: float) -> Tensor:
    """The mean probability over members, each softened by the same temperature."""
    softened = [
        keras.layers.Softmax(dtype="float32")(keras.layers.Rescaling(1 / temperature, dtype="float32")(each))
        for each in logits
    ]
    return keras.layers.Average(dtype="float32")(softened) if len(softened) > 1 else softened[0]


def _turned(images: Tensor, rows: bool, columns: bool, exchanged: bool) -> Tensor:  # noqa: FBT001 - an entry of TURNS
    if rows:
        images = images[:, ::-1]
    if columns:
        images = images[:, :, ::-1]
    if not exchanged:
        return images
    swap = np.transpose if isinstance(images, np.ndarray) else keras.ops.transpose
    return swap(images, (0, 2, 1, 3))


def _mean_of_views(values: Tensor, views: int) -> Tensor:
    """The mean over views, (views * batch, n) to (batch, n); the images of a view lie together."""
    return keras.ops.mean(_by_view(values, views), axis=0) if views > 1 else values


def _updated(probabilities: Tensor, clinical: Tensor, evidence: Evidence) -> Tensor:
    """The same as model.clinical.updated, from stock layers that do not train."""
    fixed = {"dtype": "float32", "trainable": False}
    says = keras.layers.Dense(evidence.shape[1], use_bias=False, name="clinical_evidence", **fixed)
    said = says(clinical)
    says.set_weights([evidence])
    logarithms = keras.ops.log(keras.ops.maximum(probabilities, SMALLEST_P))
    return keras.layers.Softmax(dtype="float32")(keras.layers.Add(dtype="float32")([logarithms, said]))


def _first_view(values: Tensor, views: int) -> Tensor:
    """What belongs to the images as they are, (batch, n)."""
    return _by_view(values, views)[0] if views > 1 else values


def _by_view(values: Tensor, views: int) -> Tensor:
    return keras.ops.reshape(values, (views, -1, values.shape[-1]))
