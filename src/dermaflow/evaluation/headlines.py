"""The measures that are told of every set of test images: of all, of a subgroup, with and without what is stated."""

from collections.abc import Collection
from dataclasses import asdict

from dermaflow.core.measures import HEADLINES, Figure
from dermaflow.evaluation.calibration import brier_score, calibration_error, error_estimate, error_if_calibrated
from dermaflow.evaluation.intervals import Drawn, Estimator, estimate, estimate_share, figure, groups_among
from dermaflow.evaluation.metrics import Floats, Measures, auc_between, measure
from dermaflow.evaluation.outcome import Outcome

_SHARES = ("accuracy", "melanoma_auc", "melanoma_vs_nevus_auc")  # whose interval has an exact end at 0 and 1


def headline_measures(
    outcome: Outcome, weights: Floats, names: Collection[str] = tuple(HEADLINES), known: Measures | None = None
) -> dict[str, Floats]:
    """Those of HEADLINES that are asked for and defined for these classes, each of shape (samples,).

    Args:
        weights: (samples, n) how often each image counts.
        known: what `measure` gives of the same, where the caller has it.
    """
    truth, probabilities, melanoma, nevus = outcome.truth, outcome.probabilities, outcome.melanoma, outcome.nevus
    known = known or measure(truth, probabilities, weights)
    found = {name: getattr(known, name) for name in ("balanced_accuracy", "accuracy", "macro_auc")}
    if melanoma is not None:
        found["melanoma_auc"] = known.auc[:, melanoma]
    if melanoma is not None and nevus is not None:
        found["melanoma_vs_nevus_auc"] = auc_between(truth, probabilities, weights, melanoma, nevus)
    if "ece" in names:
        found["ece"] = calibration_error(truth, probabilities, weights)
    if "brier" in names:
        found["brier"] = brier_score(truth, probabilities, weights)
    return {name: measured for name, measured in found.items() if name in names}


def headline_figures(outcome: Outcome, found: Drawn, seed: int) -> dict[str, Figure | None]:
    """Each of HEADLINES as {value, low, high}, and ece_if_calibrated; None where melanoma or nevus is no class."""
    behind, by_chance = groups_behind_each(outcome), error_if_calibrated(outcome.probabilities, seed)
    figures = {
        name: headline_figure(found, name, behind[name]) if name in found.point else None
        for name in HEADLINES
        if name != "ece"
    }
    error = error_estimate(found.point["ece"][0], found.draws["ece"], by_chance, behind["ece"])
    return {**figures, "ece": asdict(error), "ece_if_calibrated": asdict(by_chance)}


def headline_figure(found: Drawn, name: str, n_groups: int, way: str = "") -> Figure:
    """One of HEADLINES with its interval, drawn under `name` or `way.name`; for the calibration error see above."""
    by: Estimator = estimate_share if name in _SHARES else estimate
    return figure(found, f"{way}.{name}" if way else name, n_groups, by=by)


def groups_behind_each(outcome: Outcome) -> dict[str, int]:
    """How many groups stand behind each of HEADLINES: of an AUC those on the smaller side, 0 where one is no class."""
    shown = groups_among(outcome.shows_melanoma, outcome.groups)
    others = groups_among(~outcome.shows_melanoma, outcome.groups)
    nevi = 0 if outcome.nevus is None else groups_among(outcome.truth == outcome.nevus, outcome.groups)
    all_groups = dict.fromkeys(HEADLINES, len(set(outcome.groups)))
    return all_groups | {"melanoma_auc": min(shown, others), "melanoma_vs_nevus_auc": min(shown, nevi)}
