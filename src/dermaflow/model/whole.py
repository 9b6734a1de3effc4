"""One model out of all that a training has found: views, preprocessing, backbone, temperature, evidence, distance.

Input shape: `image`, (batch, size, size, 3), values 0..255; with evidence also `clinical`, (batch, columns), see
core.clinical, all 0 where nothing is stated.
Output shape: `probabilities`, (batch, classes), calibrated; `distance`, (batch,), 1 at the limit of the familiar.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dermaflow.core.measures import SMALLEST_P
from dermaflow.model.architectures import after_cut, build_over, cut, image_input
from dermaflow.model.backbones import Model, Tensor, take_weights
from dermaflow.model.backend import keras
from dermaflow.model.clinical import Evidence
from dermaflow.model.familiarity import Familiar, familiar_embedding, with_distance
from dermaflow.model.params import NO_WEIGHTS, TrainParams
from dermaflow.model.views import first_view, mean_of_views, views_of

Parts = Sequence[Model]
"""The models that a member is made of, one after the other; later ones win where both have a layer."""


class Findings(NamedTuple):
    """What validation has decided of a trained network."""

    temperature: float
    familiar: Familiar
    evidence: Evidence | None = None  # of what is stated beside the image, its strength within; see model.clinical


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
    probabilities = mean_of_views(_mean_of_members(logits, findings.temperature), params.n_views)
    inputs = [image]
    if findings.evidence is not None:
        inputs.append(keras.Input((len(findings.evidence),), name="clinical"))
        probabilities = _updated(probabilities, inputs[1], findings.evidence)
    probabilities = keras.layers.Identity(name="probabilities", dtype="float32")(probabilities)
    distance = with_distance(first_view(familiar_embedding(network), params.n_views), findings.familiar)
    distance = keras.layers.Identity(name="distance", dtype="float32")(distance)
    return keras.Model(inputs if len(inputs) > 1 else image, [probabilities, distance], name=params.architecture)


def looking_model(params: TrainParams, n_classes: int, parts: Parts) -> Model:
    """The model from an image to what its distance is measured by, (batch, d)."""
    image, _, network = _network(_one_view(params), n_classes, parts)
    return keras.Model(image, familiar_embedding(network))


def _network(params: TrainParams, n_classes: int, parts: Parts) -> tuple[Tensor, Tensor, Model]:
    """An image, its views one after the other, and the network over these, to logits (views * batch, classes).

    Keras numbers the layers that have no name of their own, as some backbones have: it begins anew here, as it did
    where the parts were built, so that they are found; and so that the same weights are the same file.
    """
    keras.utils.clear_session(free_memory=False)
    image = image_input(params)
    seen = views_of(image, params)
    unloaded = params.model_copy(update={"weights": NO_WEIGHTS, "on_the_fly": False})
    network = build_over(image, seen, unloaded, n_classes)
    take_weights(network, parts)
    return image, seen, network


def _one_view(params: TrainParams) -> TrainParams:
    return params.model_copy(update={"views": 1, "zooms": []})


def _own(params: TrainParams, weights: str) -> TrainParams:
    """The same with nothing frozen, and so nothing shared, where a member began with other weights than the first."""
    return params if weights == params.weights else params.model_copy(update={"frozen_through": ""})


def _after_frozen(params: TrainParams, n_classes: int, parts: Parts, place: int) -> Model:
    """What a member learnt, as a model from what the frozen layers give, or from the image where none are frozen."""
    _, _, network = _network(_one_view(params), n_classes, parts)
    return after_cut(network, params, f"member_{place}")


def _mean_of_members(logits: Sequence[Tensor], temperature: float) -> Tensor:
    """The mean probability over members, each softened by the same temperature."""
    softened = [
        keras.layers.Softmax(dtype="float32")(keras.layers.Rescaling(1 / temperature, dtype="float32")(each))
        for each in logits
    ]
    return keras.layers.Average(dtype="float32")(softened) if len(softened) > 1 else softened[0]


def _updated(probabilities: Tensor, clinical: Tensor, evidence: Evidence) -> Tensor:
    """The same as model.clinical.updated, from stock layers that do not train."""
    fixed = {"dtype": "float32", "trainable": False}
    says = keras.layers.Dense(evidence.shape[1], use_bias=False, name="clinical_evidence", **fixed)
    said = says(clinical)
    says.set_weights([evidence])
    logarithms = keras.ops.log(keras.ops.maximum(probabilities, SMALLEST_P))
    return keras.layers.Softmax(dtype="float32")(keras.layers.Add(dtype="float32")([logarithms, said]))
