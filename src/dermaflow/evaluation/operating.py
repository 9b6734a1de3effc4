"""How well suspicion of melanoma works at the threshold that travels with the model; the test chooses none.

Sensitivity and specificity belong to the model, predictive values also to how common melanoma is among the images:
on a collection of hard cases they say nothing of a practice (Altman and Bland 1994, doi 10.1136/bmj.309.6947.102).
"""

from collections.abc import Mapping

from dermaflow.core.measures import Figure
from dermaflow.evaluation.intervals import Drawn, estimate_share, figure, groups_among
from dermaflow.evaluation.metrics import Flags, Floats, share_of
from dermaflow.evaluation.outcome import Outcome

SHARES = ("sensitivity", "specificity", "ppv", "npv")


def at_threshold(positive: Flags, suspected: Flags, weights: Floats) -> dict[str, Floats]:
    """Each of SHARES for each sample, shape (samples,); NaN where nothing stands behind it.

    Args:
        positive: (n,) which images show the diagnosis.
        suspected: (n,) which reach the threshold.
        weights: (samples, n) how often each image counts.
    """
    agrees = positive == suspected
    return {
        name: share_of(weights @ (whole & agrees), weights @ whole)
        for name, whole in behind(positive, suspected).items()
    }


def behind(positive: Flags, suspected: Flags) -> Mapping[str, Flags]:
    """Which images each of SHARES is a share of, shape (n,)."""
    return dict(zip(SHARES, (positive, ~positive, suspected, ~suspected), strict=True))


def at_threshold_figures(outcome: Outcome, found: Drawn) -> dict[str, Figure] | None:
    """Each of SHARES with its interval, of draws named at_threshold_<share>; None: there is no threshold."""
    if (suspected := outcome.suspected) is None:
        return None
    whole = behind(outcome.shows_melanoma, suspected)
    return {
        name: figure(found, f"at_threshold_{name}", groups_among(whole[name], outcome.groups), by=estimate_share)
        for name in SHARES
    }


def at_threshold_measures(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    """What `at_threshold_figures` are made of, each of shape (samples,); nothing where there is no threshold."""
    if (suspected := outcome.suspected) is None:
        return {}
    shares = at_threshold(outcome.shows_melanoma, suspected, weights)
    return {f"at_threshold_{name}": share for name, share in shares.items()}
