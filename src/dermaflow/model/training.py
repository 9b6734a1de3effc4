"""From labelled images to one finished model: frozen layers once, the phases, then what validation decides."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.parallel import progress
from dermaflow.core.seeds import derived_seed
from dermaflow.core.variation import Limits
from dermaflow.model.architectures import Network, build
from dermaflow.model.averaging import averages, averaging, over_all
from dermaflow.model.backbones import Model
from dermaflow.model.backend import make_deterministic, use_precision
from dermaflow.model.balance import adjust_logits
from dermaflow.model.calibration import Decided, best_temperature, mean_probabilities
from dermaflow.model.card import Familiarity, Member
from dermaflow.model.checkpoint import Row, best_epoch, named_after
from dermaflow.model.clinical import Known, updated, weighed
from dermaflow.model.familiarity import KEPT_FRAC, METHOD, Familiar, fit_familiarity
from dermaflow.model.fit import Report, fit, logits_of
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Labelled
from dermaflow.model.scores import validation_scores
from dermaflow.model.trunk import AT_ONCE, activations
from dermaflow.model.whole import Findings, looking_model, views_of, whole_model

REFERENCE_IMAGES = 1500  # of the training images at most, from which the distance is measured


class Material(NamedTuple):
    """What a training is given beside its parameters."""

    learnt: Labelled  # images, copies among them
    validation: Labelled  # images that choose the epoch, and what else is decided
    originals: npt.NDArray[np.bool_]  # (n,) which rows of `learnt` are no copies: familiarity is measured from these
    classes: tuple[str, ...]
    known: Known | None = None  # what is stated beside the images; None: the model takes the image alone
    limits: Limits | None = None  # how far each image is varied anew in every epoch; None: it is not


class Trained(NamedTuple):
    """A finished model, and what is to be known of it."""

    model: Model  # image, what is stated beside it if that helps -> probabilities, distance (see model.whole)
    histories: list[list[Row]]  # of each network that was trained, kept or not
    decided: Decided  # without operating point: that is the exported file's, see calibration.as_exported


class _Given(NamedTuple):
    """What the learnt part of a network is given."""

    learnt: Labelled
    views: list[Labelled]  # the validation images as they are, then turned


class _Learnt(NamedTuple):
    """One member when it has been trained."""

    seed: int
    parts: list[Model]
    history: list[Row]
    logits: npt.NDArray[np.float64]  # (views, n, classes) of the validation images, as they were learnt
    taken: npt.NDArray[np.float64]  # (classes,) what is then subtracted from them: see model.balance


def train(
    material: Material, params: TrainParams, folder: Path, trunk_folders: Mapping[str, Path], report: Report
) -> Trained:
    """Train each member, then calibrate on the validation images.

    Args:
        material: images of the size params.image_size_px.
        folder: where checkpoints of this very training lie; the caller removes it in the end.
        trunk_folders: for each of params.weights_of_members where what its frozen layers give lies, of these images and
            layers only; they may stay.
        report: called after each epoch; what it raises ends the training. Figures of a further member bear its name.

    Raises:
        TrainingError: weights that cannot be had, or a loss that is no number any more.
    """
    members: list[_Learnt] = []
    given: dict[str, _Given] = {}
    for place, weights in enumerate(params.weights_of_members, 1):
        own = params.model_copy(update={"seed": member_seed(params.seed, place), "weights": weights})
        make_deterministic(own.seed)
        use_precision(mixed=params.mixed_precision)
        network = build(own, len(material.classes), material.limits)
        if weights not in given:
            given[weights] = _given(network, material, params, trunk_folders[weights])
        if len(params.weights_of_members) > 1:
            print(f"network {place} of {len(params.weights_of_members)}", flush=True)
        members.append(_learnt(network, given[weights], own, folder / f"member-{place}", _told(report, place)))
    use_precision(mixed=False)
    return _finished(material, params, members)


def member_seed(seed: int, place: int) -> int:
    """The seed of a member, counted from 1; the first has that of the training."""
    return seed if place == 1 else derived_seed("member", seed, place)


def _told(report: Report, place: int) -> Report:
    """The same report, the figures named after the member; the first one's as they are."""
    return lambda epoch, row: report(epoch, named_after(place, row))


def _given(network: Network, material: Material, params: TrainParams, folder: Path) -> _Given:
    """The images and their views, or what the frozen layers make of them: the same for all members of these weights."""
    learnt = _through(network, material.learnt, folder / "train-trunk.npy")
    views = []
    for place, view in enumerate(views_of(material.validation.inputs, params.views), 1):
        if params.views > 1 and network.trunk is not None:
            print(f"validation images, view {place} of {params.views}", flush=True)
        rows = Labelled(view, material.validation.labels)
        views.append(_through(network, rows, folder / f"validation-{place}-trunk.npy"))
    return _Given(learnt, views)


def _through(network: Network, rows: Labelled, array: Path) -> Labelled:
    if network.trunk is None:
        return rows
    return Labelled(activations(network.trunk, rows.inputs, array), rows.labels)


def _learnt(network: Network, given: _Given, own: TrainParams, folder: Path, report: Report) -> _Learnt:
    """Train one member, and ask it about the validation images."""
    fitted = fit(network.learnt, given.learnt, given.views[0], own, folder, report)
    logits = np.stack([logits_of(fitted.model, view, own.batch_size) for view in given.views])
    taken = np.zeros(logits.shape[-1])
    if own.balance == "logits":
        taken = adjust_logits(fitted.model, given.learnt.labels, own.balance_power)
    parts = [part for part in (network.trunk, fitted.model) if part is not None]
    return _Learnt(own.seed, parts, fitted.history, logits, taken)


def _finished(material: Material, params: TrainParams, members: list[_Learnt]) -> Trained:
    """One model of all members, and what the validation images decide of it."""
    labels, classes = material.validation.labels, material.classes
    kept, held = averages(np.stack([member.logits for member in members]), labels)
    params, used = averaging(params, kept), members[: len(kept)]
    logits = over_all(kept) - used[0].taken  # of all the same, for they learn from the same rows
    temperature = best_temperature(logits, labels)
    probabilities = mean_probabilities(logits, temperature)
    parts = [member.parts for member in used]
    familiar = _familiar(looking_model(params, len(classes), parts[0]), material)
    evidence, use = weighed(material.known, probabilities, labels) if material.known else (None, None)
    if material.known and evidence is not None:
        probabilities = updated(probabilities, material.known.validation, evidence)
    elif material.known:
        print(f"{', '.join(params.clinical)} do not help on the validation images: left out", flush=True)
    decided = Decided(
        temperature=temperature,
        operating_point=None,
        familiarity=Familiarity(method=METHOD, kept_frac=KEPT_FRAC, n=len(labels)),
        validation=validation_scores(probabilities, labels),
        clinical=use,
        members=tuple(_on_the_card(member) for member in used),
        averages=held,
    )
    model = whole_model(params, len(classes), parts, Findings(temperature, familiar, evidence))
    return Trained(model, [member.history for member in members], decided)


def _on_the_card(member: _Learnt) -> Member:
    best = best_epoch(member.history)
    return Member(
        seed=member.seed, best_epoch=best, epochs=len(member.history), val_loss=member.history[best - 1]["val_loss"]
    )


def _familiar(looking: Model, material: Material) -> Familiar:
    """From where the distance is measured: an even choice of the training originals, all validation images."""
    originals = np.flatnonzero(material.originals)
    chosen = originals[:: math.ceil(len(originals) / REFERENCE_IMAGES)]
    train = _looked_at(looking, material.learnt.inputs, chosen)
    every = np.arange(len(material.validation.labels))
    return fit_familiarity(
        train, material.learnt.labels[chosen], _looked_at(looking, material.validation.inputs, every)
    )


def _looked_at(looking: Model, images: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """What the distance is measured by, of the rows: (rows, d)."""
    starts = range(0, len(rows), AT_ONCE)
    parts = (looking.predict_on_batch(np.asarray(images[rows[start : start + AT_ONCE]])) for start in starts)
    return np.concatenate(list(progress(parts, len(starts), "batches of familiar images")))
