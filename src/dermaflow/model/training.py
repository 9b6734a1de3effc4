"""From labelled images to one finished model: frozen layers once, the phases, then what validation decides."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.parallel import progress
from dermaflow.model.architectures import Network, build
from dermaflow.model.backbones import Model
from dermaflow.model.backend import make_deterministic, use_precision
from dermaflow.model.calibration import Decided, best_temperature, mean_probabilities, operating_point
from dermaflow.model.card import Familiarity
from dermaflow.model.checkpoint import Row
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


class Trained(NamedTuple):
    """A finished model, and what is to be known of it."""

    model: Model  # image, what is stated beside it if that helps -> probabilities, distance (see model.whole)
    history: list[Row]
    decided: Decided


def train(material: Material, params: TrainParams, folder: Path, report: Report) -> Trained:
    """Train, then calibrate on the validation images.

    Args:
        material: images of the size params.image_size_px.
        folder: where checkpoints and activations of this very training lie; the caller removes it in the end.
        report: called after each epoch; what it raises ends the training.

    Raises:
        TrainingError: weights that cannot be had, or a loss that is no number any more.
    """
    learnt, validation, classes = material.learnt, material.validation, material.classes
    make_deterministic(params.seed)
    use_precision(mixed=params.mixed_precision)
    network = build(params, len(classes))
    given = _given(network, learnt, folder / "train-trunk.npy")
    chosen_by = _given(network, validation, folder / "validation-trunk.npy")
    fitted = fit(network.learnt, given, chosen_by, params, folder, report)
    use_precision(mixed=False)
    parts = [part for part in (network.trunk, fitted.model) if part is not None]
    logits = _logits_by_view(network, fitted.model, validation, chosen_by, params, folder)
    temperature = best_temperature(logits, validation.labels)
    probabilities = mean_probabilities(logits, temperature)
    familiar = _familiar(looking_model(params, len(classes), parts), material)
    evidence, use = weighed(material.known, probabilities, validation.labels) if material.known else (None, None)
    if material.known and evidence is not None:
        probabilities = updated(probabilities, material.known.validation, evidence)
    elif material.known:
        print(f"{', '.join(params.clinical)} do not help on the validation images: left out", flush=True)
    findings = Findings(temperature, familiar, evidence)
    decided = Decided(
        temperature=temperature,
        operating_point=operating_point(probabilities, validation.labels, classes, params.min_melanoma_sensitivity),
        familiarity=Familiarity(method=METHOD, kept_frac=KEPT_FRAC, n=len(validation.labels)),
        validation=validation_scores(probabilities, validation.labels),
        clinical=use,
    )
    return Trained(whole_model(params, len(classes), parts, findings), fitted.history, decided)


def _given(network: Network, rows: Labelled, array: Path) -> Labelled:
    """What the learnt part is given: the images, or what the frozen layers make of them."""
    if network.trunk is None:
        return rows
    return Labelled(activations(network.trunk, rows.inputs, array), rows.labels)


def _logits_by_view(
    network: Network, learnt: Model, validation: Labelled, first: Labelled, params: TrainParams, folder: Path
) -> npt.NDArray[np.float64]:
    """Logits of the validation images, (views, n, classes); what the first view gives is there already."""
    rows = [first]
    turned = views_of(validation.inputs, params.views)[1:]
    for place, view in enumerate(turned, 2):
        print(f"validation images, view {place} of {params.views}", flush=True)
        rows.append(_given(network, Labelled(view, validation.labels), folder / f"view-{place}-trunk.npy"))
    return np.stack([logits_of(learnt, each, params.batch_size) for each in rows])


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
