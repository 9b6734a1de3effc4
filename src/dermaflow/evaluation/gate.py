"""May the candidate come into force? Rules over test images, each with its numbers and a sentence.

0. It serves, with the probabilities of its evaluation; it was not rolled back, and has the champion's classes, unless
   the person who promotes says otherwise. A champion of another version of the card cannot be asked: as if there were
   none, which the decision says (commands/contest.py).
1. Enough comparable images, else no; and each class is shown by one of them, for a mean over fewer classes than
   the model has says nothing of the others. A class that the champion lacks is shown by any test image.
2. Floors, for every candidate: the lower ends of its intervals of balanced accuracy and of melanoma-versus-rest
   AUC reach them, over all of its classes and test images, whatever a champion knows.
3. Against a champion, over the classes common to both and images that it has not seen: better beyond chance, that is,
   the interval of the difference in balanced accuracy, paired over groups, lies above 0; and a drop of melanoma
   sensitivity, at the champion's specificity, of more than the set margin is ruled out: the interval of that difference
   does not reach below minus the margin (a test of non-inferiority: Piaggio et al. 2012,
   doi 10.1001/jama.2012.87802). Its value alone would not do: of few melanomas it is mostly chance, and passes a
   candidate that is worse by the whole margin every other time.

How often this errs, from benchmarks/promotion_errors.py with the public parameters (figures in docs/log.md): where
2.5 % is meant, an equal model is found better in 3.7 % of tests on 430 images (± 1.1) and promoted in 0.7 %; on 2,000
both are 4.0 % (± 2.0). A model that is 3 points better in balanced accuracy but finds 5 in 100 melanomas fewer passes
in 2 % (± 1.4) or less; one that is 10 points better and finds 4.4 fewer, which is within the margin, passed in 12 %
(an earlier threshold). The price is paid in good models missed. One that is 3 points better is promoted in 4 % of tests
on 430 images with 48 melanomas, in a third of them on 2,000 with 222, where the rarest class has 23; one that is 10
points better in 19 % and 99 %. A refusal there means "not shown", not "worse": more test images, above all of melanoma
and of rare classes, change it, more candidates do not. Each candidate that is tried on one test partition has its own
2.5 %: of 40 equal ones, one is found better on average.

All rules must hold, so that none needs a stricter interval for the others' sake (an intersection-union test: Berger
1982, doi 10.1080/00401706.1982.10487790). One that cannot be judged (no test image shows melanoma) does not hold; one
about melanoma is left out, and says so, where melanoma is none of the classes that it is about.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dermaflow.core.measures import in_words
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.comparison import Answers, Cases, Contest, Examined, Figures, compared, unseen_loss
from dermaflow.evaluation.intervals import Estimate, groups_behind
from dermaflow.evaluation.metrics import not_shown
from dermaflow.evaluation.params import PromoteParams

EDITION = 3  # of these rules: what an earlier edition decided is no answer to this one
ROUNDING = 1e-9  # 0.80 - 0.75 is a little over 0.05 in floating point; a lower end of just the margin is allowed


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


def judge(own: Examined, contest: Contest | None, params: PromoteParams) -> Decision:
    """Judge a candidate, against a champion where there is one.

    Args:
        own: the candidate on all of its test images.
        contest: the candidate and the model in force on those of them that the latter was not trained on, which are
            the comparable ones; None: no model is in force, and all are comparable.
        params: the section promote.

    Returns:
        The decision; numbers holds n_images, n_groups, n_melanoma and n_melanoma_groups of the comparable images (None:
        no such class), rules and, where enough of them are there, own (what the floors are held against), candidate,
        champion and difference as in `compared`, each {value, low, high} (the last two None without a champion).
    """
    cases = contest.cases if contest else own.cases
    counts = _counts(cases)
    enough = _enough_images(counts, params)
    if not enough.holds:
        return _decision([enough], counts)
    figures = {"own": compared(own.cases, own.answers, None, params)["candidate"]}
    rules = [enough, _every_class_shown(own.cases, cases), _accuracy_floor(figures, params)]
    rules.append(_melanoma_floor(figures, params))
    if contest is None:
        figures["candidate"] = figures["own"]
        rules.append(_Rule("no_champion", holds=True, sentence="No model is in force yet: the floors alone decide."))
    else:
        figures |= compared(cases, contest.candidate, contest.champion, params)
        rules += [_better(figures, params), _melanoma_kept(figures, contest.champion, counts, params)]
    named = {who: {what: asdict(figure) for what, figure in of.items()} for who, of in figures.items()}
    return _decision(rules, {**counts, "champion": None, "difference": None, **named})


def _counts(cases: Cases) -> dict[str, Any]:
    counts = {"n_images": len(cases.truth), "n_groups": len(set(cases.groups))}
    shown = cases.melanoma
    if shown is None:
        return {**counts, "n_melanoma": None, "n_melanoma_groups": None}
    behind = groups_behind(cases.truth, cases.groups, cases.classes.index(MELANOMA))[0]
    return {**counts, "n_melanoma": int(shown.sum()), "n_melanoma_groups": behind}


def _decision(rules: Sequence[_Rule], numbers: dict[str, Any]) -> Decision:
    return Decision(
        promote=all(rule.holds for rule in rules),
        reasons=tuple(rule.sentence for rule in rules),
        numbers={**numbers, "rules": {rule.name: rule.holds for rule in rules}},
    )


def _enough_images(counts: dict[str, Any], params: PromoteParams) -> _Rule:
    n_images, n_groups = counts["n_images"], counts["n_groups"]
    enough = n_images >= params.min_images
    comparison = "at least" if enough else "fewer than"
    sentence = f"{n_images} comparable test images in {n_groups} groups: {comparison} the {params.min_images} needed."
    return _Rule("enough_images", enough, sentence)


def _every_class_shown(own: Cases, comparable: Cases) -> _Rule:
    lacking = {*not_shown(own.truth, own.classes), *not_shown(comparable.truth, comparable.classes)}
    absent, n_classes = [name for name in own.classes if name in lacking], len(own.classes)
    sentence = f"Each of the {n_classes} classes is shown by a comparable test image."
    if absent:
        held = f"balanced accuracy is over {n_classes - len(absent)} of {n_classes} classes"
        sentence = f"No comparable test image shows {', '.join(absent)}: {held}."
    return _Rule("every_class_shown", not absent, sentence)


def _accuracy_floor(figures: Figures, params: PromoteParams) -> _Rule:
    ours = figures["own"]["balanced_accuracy"]
    return _floor("balanced_accuracy_floor", "Balanced accuracy", ours, params.min_balanced_accuracy)


def _melanoma_floor(figures: Figures, params: PromoteParams) -> _Rule:
    ours = figures["own"].get("melanoma_auc")
    if ours is None:
        sentence = "Melanoma is none of its classes: no floor of melanoma AUC applies."
        return _Rule("melanoma_auc_floor", holds=True, sentence=sentence)
    return _floor("melanoma_auc_floor", "Melanoma-versus-rest AUC", ours, params.min_melanoma_auc)


def _floor(name: str, what: str, figure: Estimate, floor: float) -> _Rule:
    if figure.low is None:
        sentence = f"{what} has no interval (fewer than two groups behind it): the floor of {floor:.3f} is not shown."
        return _Rule(name, holds=False, sentence=sentence)
    holds = figure.low >= floor
    verb = "reaches" if holds else "does not reach"
    return _Rule(name, holds, f"{what} {in_words(asdict(figure))}: the lower end {verb} the floor of {floor:.3f}.")


def _better(figures: Figures, params: PromoteParams) -> _Rule:
    name, what = "better_than_champion", "balanced_accuracy"
    ours, theirs, difference = (figures[who][what] for who in ("candidate", "champion", "difference"))
    if difference.value is None or difference.low is None:
        sentence = "Difference to the champion in balanced accuracy: no interval, as there are fewer than two groups."
        return _Rule(name, holds=False, sentence=sentence)
    holds = difference.low > 0
    verdict = "better beyond chance"
    if not holds:
        least = difference.value - difference.low
        verdict = f"not better beyond chance (on these images a gain shows from about {least:.3f} on)"
    change = f"{ours.value:.3f} against the champion's {theirs.value:.3f}"
    gain = f"difference {in_words(asdict(difference), signed=True)}"
    interval = f"{params.confidence:.0%} interval paired over groups"
    return _Rule(name, holds, f"Balanced accuracy {change}, {gain}, {interval}: {verdict}.")


def _melanoma_kept(figures: Figures, champion: Answers, counts: dict[str, Any], params: PromoteParams) -> _Rule:
    name, what = "melanoma_sensitivity_kept", "melanoma_sensitivity"
    if what not in figures["difference"]:
        sentence = "Melanoma is none of the classes common to both: its sensitivity is not compared."
        return _Rule(name, holds=True, sentence=sentence)
    ours, theirs, difference = (figures[who][what] for who in ("candidate", "champion", "difference"))
    if difference.low is None:
        short = "no image of it or of anything else, or fewer than two groups of them"
        sentence = f"Melanoma sensitivity cannot be compared: among the comparable test images is {short}."
        return _Rule(name, holds=False, sentence=sentence)
    holds = difference.low >= -params.max_melanoma_sensitivity_drop - ROUNDING
    place = "" if champion.threshold is not None else " (where it names melanoma: it has no operating point)"
    at = f"at the champion's specificity of {figures['champion']['melanoma_specificity'].value:.3f}{place}"
    change = f"{ours.value:.3f} against {theirs.value:.3f}, difference {in_words(asdict(difference), signed=True)}"
    over = f"over {counts['n_melanoma']} images of melanoma in {counts['n_melanoma_groups']} groups"
    verdict = "ruled out" if holds else f"not ruled out{_out_of_reach(counts['n_melanoma_groups'], params)}"
    drop = f"a drop of more than {params.max_melanoma_sensitivity_drop:.3f} is {verdict}"
    return _Rule(name, holds, f"Melanoma sensitivity {at}: {change}, {over}: {drop}.")


def _out_of_reach(n_groups: int, params: PromoteParams) -> str:
    """Where even a model that loses no melanoma would not do: how much it would have to gain, in words."""
    needed = unseen_loss(n_groups, params.confidence) - params.max_melanoma_sensitivity_drop
    return f" (so few can do so only for a gain of {needed:.3f} or more)" if needed > 0 else ""
