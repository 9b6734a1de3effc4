"""What age, sex and site add to the image: the test with them, without them, and from them alone.

They may be knowledge (melanoma is rarer in the young) and a shortcut (a collection of old people's faces) at once.
What tells the two apart, as far as it can be told: the gain within each collection, where none can be guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.core.clinical import Clinical, stated
from dermaflow.core.lesions import record_letters
from dermaflow.core.measures import AT_THRESHOLD, COMPARED, HEADLINES, SMALLEST_P, Figure, in_words
from dermaflow.evaluation.headlines import groups_behind_each, headline_figure, headline_measures
from dermaflow.evaluation.intervals import drawn, figure
from dermaflow.evaluation.metrics import Flags, Floats
from dermaflow.evaluation.operating import at_threshold_figures, at_threshold_measures
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams

WAYS = ("image_alone", "stated_alone", "gain")


@dataclass(frozen=True)
class Beside:
    """A test twice: with what is stated of the images, and as if nothing were."""

    both: Outcome
    image_alone: Floats  # (n, classes) probabilities where nothing is stated
    clinical: Clinical  # (n, columns)
    collections: Sequence[str]  # (n,) see `collections_of`

    @property
    def stated_alone(self) -> Floats:
        """What the statements say of an image that tells nothing, (n, classes): what they changed the odds by."""
        odds = self.both.probabilities / np.maximum(self.image_alone, SMALLEST_P)  # as the model itself clips
        probabilities: Floats = odds / odds.sum(axis=1, keepdims=True)
        return probabilities


def collections_of(lesions: pd.DataFrame) -> list[str]:
    """Where each image comes from, as far as it is known: its source, and the letters that its lesion's number bears.

    Such as `isic9 · HAM`: one source may hold images of several collections.

    Args:
        lesions: the columns source and lesion_id.
    """
    letters = record_letters(lesions).replace("", "no lesion number")
    return [f"{source} · {name}" for source, name in zip(lesions["source"], letters, strict=True)]


def clinical_figures(beside: Beside, params: EvaluateParams) -> dict[str, Any]:
    """COMPARED of the image alone and of the statements alone, the paired gain, and the gain within each collection.

    Each as {value, low, high}, null where undefined. Keys: n, stated ({attribute: of how many}), WAYS
    ({measure: figure} each), by_collection ([{name, n, n_groups, gain}], the largest first), and what suspicion at the
    threshold is worth where nothing is stated, image_alone_at_threshold ({sensitivity, specificity, ppv, npv} or null).
    """
    of = np.asarray(list(beside.collections), dtype=object)
    names = sorted(set(of), key=lambda name: (-int((of == name).sum()), name))
    return {
        "n": len(beside.both.truth),
        "stated": stated(beside.clinical),
        **_figures(beside, params),
        "image_alone_at_threshold": _image_alone_at_threshold(beside, params),
        "by_collection": [_within(beside, name, of == name, params) for name in names],
    }


def _image_alone_at_threshold(beside: Beside, params: EvaluateParams) -> dict[str, Figure] | None:
    alone = replace(beside.both, probabilities=beside.image_alone)
    if alone.suspected is None:
        return None
    found = drawn(lambda w: at_threshold_measures(alone, w), alone.groups, params.bootstrap_samples, params.seed)
    return at_threshold_figures(alone, found)


def clinical_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """What a person wants to know of it; figures is what `clinical_figures` gives."""
    told = ", ".join(f"{name} {n:,}" for name, n in figures["stated"].items())
    yield f"  beside the image is stated, of {figures['n']:,} images: {told}"
    for key in COMPARED:
        if figures["gain"].get(key):
            ways = [in_words(figures[way][key]) for way in WAYS]
            yield f"    {HEADLINES[key]}: image alone {ways[0]}, stated alone {ways[1]}; gain {ways[2]}"
    if at := figures["image_alone_at_threshold"]:
        kept = ", ".join(f"{name} {in_words(at[name])}" for name in AT_THRESHOLD)
        yield f"    suspicion at the threshold where nothing is stated: {kept}"


def _within(beside: Beside, name: str, chosen: Flags, params: EvaluateParams) -> dict[str, Any]:
    part = Beside(beside.both.part(chosen), beside.image_alone[chosen], beside.clinical[chosen], ())
    n_groups = len(set(part.both.groups))
    return {"name": name, "n": len(part.both.truth), "n_groups": n_groups, "gain": _figures(part, params)["gain"]}


def _figures(beside: Beside, params: EvaluateParams) -> dict[str, dict[str, Figure]]:
    both = beside.both
    asked = {
        "image_alone": replace(both, probabilities=beside.image_alone),
        "stated_alone": replace(both, probabilities=beside.stated_alone),
    }

    def measured(weights: Floats) -> dict[str, Floats]:
        told = headline_measures(both, weights, COMPARED)
        ways = {way: headline_measures(outcome, weights, COMPARED) for way, outcome in asked.items()}
        found = {f"{way}.{key}": value for way, measures in ways.items() for key, value in measures.items()}
        return found | {f"gain.{key}": value - found[f"image_alone.{key}"] for key, value in told.items()}

    found, behind = drawn(measured, both.groups, params.bootstrap_samples, params.seed), groups_behind_each(both)
    defined = [key for key in COMPARED if f"gain.{key}" in found.point]
    return {
        **{way: {key: headline_figure(found, key, behind[key], way) for key in defined} for way in asked},
        "gain": {key: figure(found, f"gain.{key}", behind[key]) for key in defined},
    }
