"""Does the model serve everybody? Its test by age band, sex, anatomical site and source of the images.

A subgroup is small, and its figures a hint at most, where fewer than ENOUGH groups of images show melanoma or fewer
than ENOUGH show something else: below 100 events and 100 non-events a validation tells little (Vergouwe et al. 2005,
doi 10.1016/j.jclinepi.2004.06.017; Collins et al. 2016, doi 10.1002/sim.6787). Where melanoma is none of the classes,
fewer than ENOUGH groups are small. Balanced accuracy is over the diagnoses that the subgroup shows: two subgroups that
show different ones (n_classes, and which) are not comparable by it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.evaluation.intervals import Estimator, Figure, drawn, estimate, estimate_share, figure, groups_among
from dermaflow.evaluation.metrics import Floats, balanced_accuracy, one_vs_rest_auc
from dermaflow.evaluation.operating import at_threshold
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams

ATTRIBUTES = ("age", "sex", "site", "source")
AGE_BANDS = {"0–29": 0, "30–44": 30, "45–59": 45, "60–74": 60, "75+": 75}
"""Each with its first year; ages in the ISIC Archive are rounded to 5 years."""
UNKNOWN = "unknown"
ENOUGH = 100
AT_THRESHOLD = ("sensitivity", "specificity")


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

    Each holds name, n, n_groups, n_melanoma, n_classes, small, and as {value, low, high}: balanced_accuracy,
    melanoma_auc (None where melanoma is no class), sensitivity and specificity at the operating point (None without).
    """
    figures = {}
    for attribute, names in outcome.attributes.items():
        member_of = np.asarray(list(names), dtype=object)
        figures[attribute] = [
            {"name": name, **_figures(outcome.part(member_of == name), params)} for name in _in_order(names)
        ]
    return figures


def n_small(subgroups: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[int, int]:
    """How many subgroups are small, and how many there are."""
    flags = [each["small"] for of_attribute in subgroups.values() for each in of_attribute]
    return sum(flags), len(flags)


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
    measured = drawn(lambda weights: _measures(part, weights), part.groups, params.bootstrap_samples, params.seed)

    def of(name: str, n: int, by: Estimator = estimate) -> Figure | None:
        return figure(measured, name, n, by=by) if name in measured.point else None

    return {
        "n": len(part.truth),
        "n_groups": n_groups,
        "n_melanoma": int(part.shows_melanoma.sum()),
        "n_classes": len(np.unique(part.truth)),
        "small": (n_groups if part.melanoma is None else min(shown, others)) < ENOUGH,
        "balanced_accuracy": of("balanced_accuracy", n_groups),
        "melanoma_auc": of("melanoma_auc", min(shown, others), estimate_share),
        "sensitivity": of("sensitivity", shown, estimate_share),
        "specificity": of("specificity", others, estimate_share),
    }


def _measures(part: Outcome, weights: Floats) -> dict[str, Floats]:
    measures = {"balanced_accuracy": balanced_accuracy(part.truth, part.probabilities, weights)}
    if part.melanoma is not None:
        p_melanoma = part.probabilities[:, part.melanoma]
        measures["melanoma_auc"] = one_vs_rest_auc(part.shows_melanoma, p_melanoma, weights)
    if (suspected := part.suspected) is not None:
        shares = at_threshold(part.shows_melanoma, suspected, weights)
        measures |= {name: shares[name] for name in AT_THRESHOLD}
    return measures
