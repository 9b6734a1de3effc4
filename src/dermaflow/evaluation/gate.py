"""May the candidate come into force? Rules over the same test images, each with its numbers and a sentence.

1. Enough comparable images, else no; and each class is shown by one of them, for a mean over fewer classes than
   the model has says nothing of the others.
2. Floors, for every candidate: the lower ends of its intervals of balanced accuracy and of melanoma-versus-rest
   AUC reach them.
3. Against a champion: better beyond chance, that is, the interval of the difference in balanced accuracy,
   paired over groups, lies above 0; and melanoma sensitivity does not fall by more than the set margin.

All rules must hold. One that cannot be judged (no test image shows melanoma) does not hold; one about melanoma
is left out, and says so, where melanoma is none of the classes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.intervals import Estimate, estimate, groups_behind, resampled
from dermaflow.evaluation.metrics import Floats, Indices, Measures, measure, not_shown
from dermaflow.evaluation.params import PromoteParams

ROUNDING = 1e-9  # 0.80 - 0.75 is a little over 0.05 in floating point; a drop of just the margin is allowed


@dataclass(frozen=True)
class Decision:
    """What the gate says, in sentences for a person and in numbers for a record."""

    promote: bool
    reasons: tuple[str, ...]  # a sentence a rule, in the order of the rules
    numbers: dict[str, Any]  # fit for JSON


@dataclass(frozen=True)
class _Rule:
    name: str
    holds: bool
    sentence: str


@dataclass(frozen=True)
class _Model:
    point: Measures
    draws: Measures
    balanced_accuracy: Estimate
    melanoma_auc: Estimate | None  # None: melanoma is none of the classes
    melanoma_sensitivity: Estimate | None

    def numbers(self) -> dict[str, Any]:
        names = ("balanced_accuracy", "melanoma_auc", "melanoma_sensitivity")
        return {name: asdict(figure) if (figure := getattr(self, name)) else None for name in names}


def judge(
    truth: Indices,
    groups: Sequence[str],
    candidate: Floats,
    champion: Floats | None,
    classes: Sequence[str],
    params: PromoteParams,
) -> Decision:
    """Judge a candidate, against a champion where there is one.

    Args:
        truth: (n,) index into classes; images that the champion was trained on are left out by the caller.
        groups: (n,) group of each image.
        candidate: (n, classes) probabilities.
        champion: the same of the champion on the same images, or None where nothing is in force.
        classes: names, in the order of the columns.

    Returns:
        The decision; numbers holds n_images, n_groups, rules and, where enough images are there,
        candidate, champion (or None) and difference (or None), all as {value, low, high}.
    """
    n_images, n_groups = len(truth), len(set(groups))
    counts = {"n_images": n_images, "n_groups": n_groups}
    enough = _enough_images(n_images, n_groups, params)
    if not enough.holds:
        return _decision([enough], counts)
    ours = _measured(truth, groups, candidate, classes, params)
    rules = [enough, _every_class_shown(truth, classes), _accuracy_floor(ours, params), _melanoma_floor(ours, params)]
    if champion is None:
        rules.append(_Rule("no_champion", holds=True, sentence="No model is in force yet: the floors alone decide."))
        return _decision(rules, {**counts, "candidate": ours.numbers(), "champion": None, "difference": None})
    theirs = _measured(truth, groups, champion, classes, params)
    difference = _difference(ours, theirs, n_groups, params)
    rules += [_better(difference, params), _melanoma_kept(ours, theirs, params)]
    return _decision(
        rules,
        {**counts, "candidate": ours.numbers(), "champion": theirs.numbers(), "difference": asdict(difference)},
    )


def _decision(rules: Sequence[_Rule], numbers: dict[str, Any]) -> Decision:
    return Decision(
        promote=all(rule.holds for rule in rules),
        reasons=tuple(rule.sentence for rule in rules),
        numbers={**numbers, "rules": {rule.name: rule.holds for rule in rules}},
    )


def _measured(
    truth: Indices, groups: Sequence[str], probabilities: Floats, classes: Sequence[str], params: PromoteParams
) -> _Model:
    point = measure(truth, probabilities)
    draws = resampled(truth, probabilities, groups, params.bootstrap_samples, params.seed)
    balanced = estimate(point.balanced_accuracy[0], draws.balanced_accuracy, params.confidence, len(set(groups)))
    if MELANOMA not in classes:
        return _Model(point, draws, balanced, melanoma_auc=None, melanoma_sensitivity=None)
    index = list(classes).index(MELANOMA)
    shown, others = groups_behind(truth, groups, index)
    auc = estimate(point.auc[0, index], draws.auc[:, index], params.confidence, min(shown, others))
    kept = estimate(point.sensitivity[0, index], draws.sensitivity[:, index], params.confidence, shown)
    return _Model(point, draws, balanced, melanoma_auc=auc, melanoma_sensitivity=kept)


def _difference(ours: _Model, theirs: _Model, n_groups: int, params: PromoteParams) -> Estimate:
    """Paired: both models were measured on the same resamples."""
    value = ours.point.balanced_accuracy[0] - theirs.point.balanced_accuracy[0]
    draws = ours.draws.balanced_accuracy - theirs.draws.balanced_accuracy
    return estimate(value, draws, params.confidence, n_groups)


def _enough_images(n_images: int, n_groups: int, params: PromoteParams) -> _Rule:
    enough = n_images >= params.min_images
    comparison = "at least" if enough else "fewer than"
    sentence = f"{n_images} comparable test images in {n_groups} groups: {comparison} the {params.min_images} needed."
    return _Rule("enough_images", enough, sentence)


def _every_class_shown(truth: Indices, classes: Sequence[str]) -> _Rule:
    absent = not_shown(truth, classes)
    sentence = f"Each of the {len(classes)} classes is shown by a comparable test image."
    if absent:
        held = f"balanced accuracy is over {len(classes) - len(absent)} of {len(classes)} classes"
        sentence = f"No comparable test image shows {', '.join(absent)}: {held}."
    return _Rule("every_class_shown", not absent, sentence)


def _accuracy_floor(ours: _Model, params: PromoteParams) -> _Rule:
    return _floor("balanced_accuracy_floor", "Balanced accuracy", ours.balanced_accuracy, params.min_balanced_accuracy)


def _melanoma_floor(ours: _Model, params: PromoteParams) -> _Rule:
    if ours.melanoma_auc is None:
        sentence = "Melanoma is none of the classes: no floor of melanoma AUC applies."
        return _Rule("melanoma_auc_floor", holds=True, sentence=sentence)
    return _floor("melanoma_auc_floor", "Melanoma-versus-rest AUC", ours.melanoma_auc, params.min_melanoma_auc)


def _floor(name: str, what: str, figure: Estimate, floor: float) -> _Rule:
    if figure.low is None:
        sentence = f"{what} has no interval (fewer than two groups behind it): the floor of {floor:.3f} is not shown."
        return _Rule(name, holds=False, sentence=sentence)
    holds = figure.low >= floor
    verb = "reaches" if holds else "does not reach"
    return _Rule(name, holds, f"{what} {_in_words(figure)}: the lower end {verb} the floor of {floor:.3f}.")


def _better(difference: Estimate, params: PromoteParams) -> _Rule:
    what = f"Difference to the champion in balanced accuracy, paired over groups, {params.confidence:.0%} interval:"
    if difference.low is None:
        sentence = f"{what} none, as there are fewer than two groups."
        return _Rule("better_than_champion", holds=False, sentence=sentence)
    holds = difference.low > 0
    verdict = "better beyond chance" if holds else "not better beyond chance"
    return _Rule("better_than_champion", holds, f"{what} {_in_words(difference, sign='+')}: {verdict}.")


def _melanoma_kept(ours: _Model, theirs: _Model, params: PromoteParams) -> _Rule:
    name, margin = "melanoma_sensitivity_kept", params.max_melanoma_sensitivity_drop
    if ours.melanoma_sensitivity is None or theirs.melanoma_sensitivity is None:
        sentence = "Melanoma is none of the classes: its sensitivity is not compared."
        return _Rule(name, holds=True, sentence=sentence)
    new, old = ours.melanoma_sensitivity.value, theirs.melanoma_sensitivity.value
    if new is None or old is None:
        sentence = "No comparable test image shows melanoma: that its sensitivity is kept cannot be shown."
        return _Rule(name, holds=False, sentence=sentence)
    holds = old - new <= margin + ROUNDING
    verb = "within" if holds else "beyond"
    change = f"{new:.3f} against the champion's {old:.3f}"
    return _Rule(name, holds, f"Melanoma sensitivity {change}: {verb} the margin, a drop of at most {margin:.3f}.")


def _in_words(figure: Estimate, sign: str = "") -> str:
    return f"{figure.value:{sign}.3f} ({figure.low:{sign}.3f} to {figure.high:{sign}.3f})"
