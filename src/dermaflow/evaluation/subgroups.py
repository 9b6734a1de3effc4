"""Does the model serve everybody? Its test by age band, sex, anatomical site and source of the images.

A subgroup is small, and its figures a hint at most, where fewer than ENOUGH groups of images show melanoma or fewer
than ENOUGH show something else: below 100 events and 100 non-events a validation tells little (Vergouwe et al. 2005,
doi 10.1016/j.jclinepi.2004.06.017; Collins et al. 2016, doi 10.1002/sim.6787). Where melanoma is none of the classes,
fewer than ENOUGH groups are small. Balanced accuracy is over the diagnoses that the subgroup shows: two subgroups that
show different ones (n_classes, and which) are not comparable by it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.core.measures import ENOUGH
from dermaflow.evaluation.by_class import class_figures, class_measures
from dermaflow.evaluation.confusion import confusion_figures, confusion_measures
from dermaflow.evaluation.headlines import headline_figures, headline_measures
from dermaflow.evaluation.intervals import drawn, groups_among
from dermaflow.evaluation.metrics import Floats, measure
from dermaflow.evaluation.operating import SHARES, at_threshold_figures, at_threshold_measures
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams

ATTRIBUTES = ("age", "sex", "site", "source")
AGE_BANDS = {"0–29": 0, "30–44": 30, "45–59": 45, "60–74": 60, "75+": 75}
"""Each with its first year; ages in the ISIC Archive are rounded to 5 years."""
UNKNOWN = "unknown"


def attributes_of(lesions: pd.DataFrame) -> dict[str, list[str]]:
    """The subgroup of each image by each of ATTRIBUTES: `unknown` where the cell is blank, or an age no number.

    Args:
        lesions: the columns ATTRIBUTES as text; a row an image.
    """
    named = {name: lesions[name].str.strip().replace("", UNKNOWN).tolist() for name in ATTRIBUTES if name != "age"}
    ages = pd.to_numeric(lesions["age"].str.strip(), errors="coerce")
    starts = list(AGE_BANDS.values())
    bands = pd.cut(ages, [*starts, np.inf], right=False, labels=list(AGE_BANDS))
    return {"age": bands.astype(object).where(bands.notna(), UNKNOWN).tolist(), **named}


def subgroup_figures(outcome: Outcome, params: EvaluateParams) -> dict[str, list[dict[str, Any]]]:
    """Each attribute's subgroups: age bands in order, others from large to small, the unknown last.

    Each holds name, n, n_groups, n_melanoma, n_classes, small; as {value, low, high} those of HEADLINES (None where
    melanoma or nevus is no class), ece_if_calibrated, and sensitivity, specificity, ppv and npv at the operating point
    (None without one); per_class, see `class_figures`; and confusion, see `confusion_figures`.
    """
    figures = {}
    for attribute, names in outcome.attributes.items():
        member_of = np.asarray(list(names), dtype=object)
        figures[attribute] = [
            {"name": name, **_figures(outcome.part(member_of == name), params)} for name in _in_order(names)
        ]
    return figures


def _in_order(names: Sequence[str]) -> list[str]:
    counts = pd.Series(list(names), dtype=object).value_counts()
    bands = list(AGE_BANDS)

    def rank(name: str) -> tuple[bool, int, int, str]:
        return name == UNKNOWN, bands.index(name) if name in bands else 0, -int(counts[name]), name

    return sorted(map(str, counts.index), key=rank)


def _figures(part: Outcome, params: EvaluateParams) -> dict[str, Any]:
    n_groups = len(set(part.groups))
    shown = groups_among(part.shows_melanoma, part.groups)
    others = groups_among(~part.shows_melanoma, part.groups)

    def measured(weights: Floats) -> dict[str, Floats]:
        known = measure(part.truth, part.probabilities, weights)
        headlines = headline_measures(part, weights, known=known)
        confusion = confusion_measures(part, weights)
        return class_measures(known) | confusion | headlines | at_threshold_measures(part, weights)

    found = drawn(measured, part.groups, params.bootstrap_samples, params.seed)
    return {
        "n": len(part.truth),
        "n_groups": n_groups,
        "n_melanoma": int(part.shows_melanoma.sum()),
        "n_classes": len(np.unique(part.truth)),
        "small": (n_groups if part.melanoma is None else min(shown, others)) < ENOUGH,
        **headline_figures(part, found, params.seed),
        **(at_threshold_figures(part, found) or dict.fromkeys(SHARES)),
        "per_class": class_figures(part, found),
        "confusion": confusion_figures(part, found),
    }
