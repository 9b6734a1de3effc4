"""How well suspicion of melanoma works at the threshold that travels with the model; the test chooses none.

Sensitivity and specificity belong to the model, predictive values also to how common melanoma is among the images:
on a collection of hard cases they say nothing of a practice (Altman and Bland 1994, doi 10.1136/bmj.309.6947.102).
"""

from collections.abc import Mapping

from dermaflow.evaluation.metrics import Flags, Floats, share_of

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
