"""Two models on the same images and the same resamples of their groups: balanced accuracy, and melanoma at equal cost.

Paired: each resample is measured on both models and the difference taken within it, so that what makes an image hard
for both cancels (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapters 8 and 13; whole groups are
drawn, as in `intervals`).

Melanoma sensitivity is compared at the champion's specificity, for a model that calls more images suspicious finds
more melanomas by that alone. The champion stands at its own operating point, a threshold that was chosen on validation
images. The candidate's threshold is set on the comparable images so that as many of the others are called suspicious.
It is an estimate from these images and is therefore set anew in each resample, as is the champion's specificity: a
threshold held fixed would hide that part of chance, which can raise the rate of false findings to seven times the
nominal one (Linnet 1987, doi 10.1002/sim.4780060207).

Steps and ties: both models are read off their ROC curves at that number of false alarms, at the upper end where the
curve is vertical, that is, at the lowest threshold that raises no further false alarm; where one score holds more false
alarms than are left, its melanomas count in the same proportion (as if some of the tied were drawn by lot: Fawcett
2006, doi 10.1016/j.patrec.2005.10.010). Equal models are so treated equally, and a model differs from itself by 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.intervals import Estimate, drawn, estimate, estimate_share, groups_behind
from dermaflow.evaluation.metrics import Flags, Floats, Indices, balanced_accuracy, one_vs_rest_auc, share_of
from dermaflow.evaluation.params import PromoteParams

Figures = dict[str, dict[str, Estimate]]
"""By who (candidate, champion, difference) and what; without the melanoma figures where melanoma is no class."""


@dataclass(frozen=True)
class Cases:
    """The images on which two models can be compared, n of them."""

    classes: tuple[str, ...]
    truth: Indices  # (n,) index into classes
    groups: Sequence[str]  # (n,) images of one group are no independent evidence

    @property
    def melanoma(self) -> Flags | None:
        """Which images show melanoma, shape (n,); None: it is none of the classes."""
        return self.truth == self.classes.index(MELANOMA) if MELANOMA in self.classes else None


@dataclass(frozen=True)
class Answers:
    """What a model says of the cases."""

    probabilities: Floats  # (n, classes)
    p_melanoma: Floats | None  # (n,) over all classes that the model knows; None: it does not know melanoma
    threshold: float | None = None  # of its operating point, on p_melanoma; None: it has none


@dataclass(frozen=True)
class Examined:
    """A model on images of its own, over all of its classes."""

    cases: Cases
    answers: Answers


@dataclass(frozen=True)
class Contest:
    """Two models on the same images, over the classes common to both."""

    cases: Cases
    candidate: Answers
    champion: Answers


def compared(cases: Cases, candidate: Answers, champion: Answers | None, params: PromoteParams) -> Figures:
    """Each model's figures and their paired differences, with intervals over groups.

    Keys: balanced_accuracy and melanoma_auc of candidate and champion; with a champion melanoma_sensitivity of both at
    its specificity, its melanoma_specificity, and difference (candidate minus champion) of balanced_accuracy and
    melanoma_sensitivity.

    The difference in sensitivity reaches at least as far down as the share of melanomas that can be lost while none of
    them is seen to be (see `unseen_loss`): resampling alone would call a loss impossible that few images do not show.
    """
    measured = partial(_measured, cases, candidate, champion)
    found = drawn(measured, cases.groups, params.bootstrap_samples, params.seed)
    figures: Figures = {}
    for name, draws in found.draws.items():
        who, what = name.split(".")
        by = estimate_share if what.startswith("melanoma") and who != "difference" else estimate
        behind = _groups_behind(cases, what)
        figures.setdefault(who, {})[what] = by(found.point[name][0], draws, params.confidence, behind)
    if "melanoma_sensitivity" in figures.get("difference", {}):
        bare = figures["difference"]["melanoma_sensitivity"]
        shown = groups_behind(cases.truth, cases.groups, cases.classes.index(MELANOMA))[0]
        figures["difference"]["melanoma_sensitivity"] = _reaching_down(bare, shown, params.confidence)
    return figures


def sensitivity_at(positive: Flags, scores: Floats, false_alarms: Floats, weights: Floats) -> Floats:
    """The share of positives that the lowest threshold finds which raises so many false alarms and no more.

    Input shapes: (n,), (n,), (samples,) weight of negatives called positive, (samples, n). Output shape: (samples,);
    NaN where no positive has weight. Steps and ties as the module says.
    """
    by_image = weights.T  # rows are fast to choose where the memory runs this way: see intervals.group_weights
    levels, level_of = np.unique(-scores[~positive], return_inverse=True)  # the negatives' scores, highest first
    order = np.argsort(level_of, kind="stable")
    last = np.searchsorted(level_of[order], np.arange(-1, len(levels)), side="right")
    raised = _cumulated(by_image[~positive][order])[last]  # row k: the weight of negatives on the first k levels
    highest_first = np.sort(-scores[positive])
    found = _cumulated(by_image[positive][np.argsort(-scores[positive], kind="stable")])
    above = np.append(np.searchsorted(highest_first, levels, side="left"), len(highest_first))
    upto = np.append(np.searchsorted(highest_first, levels, side="right"), len(highest_first))
    samples = np.arange(len(weights))
    full = (raised <= false_alarms).sum(axis=0) - 1  # how many levels are called positive as a whole
    left = false_alarms - raised[full, samples]
    next_level = raised[np.minimum(full + 1, len(levels)), samples] - raised[full, samples]
    part = np.divide(left, next_level, out=np.zeros(len(weights)), where=next_level > 0)
    surely = found[above[full], samples]
    return share_of(surely + part * (found[upto[full], samples] - surely), found[-1])


def unseen_loss(n_groups: int, confidence: float) -> float:
    """The share that can be lost though none of n_groups was: at that rate, none is lost with the chance of one tail.

    1 - ((1 - confidence) / 2)^(1 / n_groups), the rule of three made exact (Hanley and Lippman-Hand 1983,
    doi 10.1001/jama.1983.03330370053031).
    """
    return -math.expm1(math.log((1 - confidence) / 2) / n_groups)


def _measured(cases: Cases, candidate: Answers, champion: Answers | None, weights: Floats) -> dict[str, Floats]:
    """Every figure for each sample, shape (samples,), by `who.what`."""
    models = {"candidate": candidate} | ({"champion": champion} if champion else {})
    positive = cases.melanoma
    measured: dict[str, Floats] = {}
    for who, answers in models.items():
        measured[f"{who}.balanced_accuracy"] = balanced_accuracy(cases.truth, answers.probabilities, weights)
        if positive is not None:
            measured[f"{who}.melanoma_auc"] = one_vs_rest_auc(positive, _p_melanoma(answers), weights)
    if champion is None:
        return measured
    if positive is not None:
        alarms = weights @ (_suspected(cases, champion) & ~positive).astype(float)
        measured["champion.melanoma_specificity"] = 1 - share_of(alarms, weights @ (~positive).astype(float))
        for who, answers in models.items():
            reached = sensitivity_at(positive, _p_melanoma(answers), alarms, weights)
            measured[f"{who}.melanoma_sensitivity"] = reached
    for what in ("balanced_accuracy", "melanoma_sensitivity")[: 1 if positive is None else 2]:
        measured[f"difference.{what}"] = measured[f"candidate.{what}"] - measured[f"champion.{what}"]
    return measured


def _suspected(cases: Cases, champion: Answers) -> Flags:
    """Which images the champion calls suspicious: by its operating point, else those it calls melanoma."""
    if champion.threshold is None:
        named: Flags = champion.probabilities.argmax(axis=1) == cases.classes.index(MELANOMA)
        return named
    suspected: Flags = _p_melanoma(champion) >= champion.threshold
    return suspected


def _p_melanoma(answers: Answers) -> Floats:
    if answers.p_melanoma is None:
        raise ValueError("expected p_melanoma of a model whose classes hold melanoma, received None")
    return answers.p_melanoma


def _groups_behind(cases: Cases, what: str) -> int:
    if not what.startswith("melanoma"):
        return len(set(cases.groups))
    return min(groups_behind(cases.truth, cases.groups, cases.classes.index(MELANOMA)))


def _reaching_down(figure: Estimate, n_groups: int, confidence: float) -> Estimate:
    if figure.value is None or figure.low is None:
        return figure
    return Estimate(figure.value, min(figure.low, figure.value - unseen_loss(n_groups, confidence)), figure.high)


def _cumulated(counts: Floats) -> Floats:
    """Row k: the sum of the first k rows; one row more than came in."""
    sums = np.zeros((len(counts) + 1, counts.shape[1]))
    np.cumsum(counts, axis=0, out=sums[1:])
    return sums
