"""How often the promotion gate is wrong: equal models promoted, better ones missed, worse finders of melanoma passed.

Run     python benchmarks/promotion_errors.py [trials] [world…]        (worlds: isic9 ham10000 large; by default all)

Two classifiers of known performance are simulated, and the real `judge` decides, with the public params.yaml but for
fewer resamples. The evidence that a model has for each class is normal, with equal variance (signal detection: Green
and Swets 1966): 0 on average, `skill` for the true class. Its noise is in part common to both models (what makes an
image hard), in part their own, and a part of each is common to the images of a lesion. Skills are found such that the
gains of SCENARIOS hold in a very large sample, at an operating point chosen on it. In each test the champion's is
chosen on a validation part of its own, as in the pipeline, so that the gain in sensitivity varies around the one named.

Columns: the true gain in melanoma sensitivity at the champion's specificity, in points; how often the candidate is
promoted, is found better beyond chance, is found to keep melanoma sensitivity; how often it would be promoted if that
drop were judged by its value alone; and how the right answers of the two models correlate.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.special import softmax

from dermaflow.core.parallel import parallel_map
from dermaflow.core.params import load_params
from dermaflow.core.seeds import generator
from dermaflow.evaluation.comparison import Answers, Cases, Contest, Examined, sensitivity_at
from dermaflow.evaluation.gate import judge
from dermaflow.evaluation.params import PromoteParams
from dermaflow.model.calibration import operating_point

TRIALS = 400
RESAMPLES = 500  # a fourth of the public number: the ends of an interval jitter more, the rates hardly change
VALIDATION = 0.75  # of the number of test images: 15 % of all against 20 %
MIN_SENSITIVITY = 0.95
# Right answers then correlate 0.53 between models and 0.34 within a lesion. Of logistic regressions on frozen features
# of HAM10000: 0.37 between two backbones, 0.54 to 0.65 on one backbone trained twice, 0.29 to 0.37 within a lesion.
COMMON = 0.8  # of the noise's variance: common to both models
LESION = 0.6  # of each part of it: common to the images of a lesion
LARGE = 60_000


@dataclass(frozen=True)
class World:
    """A collection's test partition, and how good its champion is."""

    counts: dict[str, int]  # images of each class in the whole collection
    images: int
    groups: int
    balanced_accuracy: float


_ISIC9 = {
    "actinic keratosis": 129, "basal cell carcinoma": 392, "dermatofibroma": 104, "melanoma": 212, "nevus": 266,
    "seborrheic keratosis": 478, "squamous cell carcinoma": 192, "vascular lesion": 142,
}  # fmt: skip
_HAM = {
    "actinic keratosis": 327, "basal cell carcinoma": 514, "dermatofibroma": 115, "melanoma": 1113, "nevus": 6705,
    "seborrheic keratosis": 1099, "vascular lesion": 142,
}  # fmt: skip
WORLDS = {
    "isic9": World(_ISIC9, images=430, groups=350, balanced_accuracy=0.72),
    "ham10000": World(_HAM, images=2_000, groups=1_500, balanced_accuracy=0.75),
    "large": World(_HAM, images=5_000, groups=3_750, balanced_accuracy=0.75),
}
SCENARIOS = {  # gain in balanced accuracy; in melanoma sensitivity at the champion's specificity, None: as it comes
    "equal": (0.0, None),
    "3 points better": (0.03, None),
    "3 better, melanoma equal": (0.03, 0.0),
    "3 better, melanoma 5 worse": (0.03, -0.05),
    "10 points better": (0.10, None),
}


@dataclass(frozen=True)
class Skills:
    """How far the evidence for the true class stands out of the noise, in its standard deviations."""

    melanoma: float
    others: float


@dataclass(frozen=True)
class Draw:
    """One test partition, with the noise of both models."""

    cases: Cases
    noise: tuple[np.ndarray, np.ndarray]  # (n, classes) each


def main(trials: int, worlds: Sequence[str]) -> None:
    for name in worlds:
        world = WORLDS[name]
        champion = skills(name, world.balanced_accuracy, None)
        sensitivity = truly(world, champion, champion)[1]
        print(f"\n{name}: {world.images:,} images in {world.groups:,} groups, {trials} simulated tests a line")
        print(
            f"{'candidate':<29}{'melanoma':>9}{'promoted':>14}{'better':>9}{'kept':>8}{'by value':>10}{'agreement':>11}"
        )
        for scenario, (gain, melanoma_gain) in SCENARIOS.items():
            candidate = skills(name, world.balanced_accuracy + gain, melanoma_gain)
            change = truly(world, candidate, champion)[1] - sensitivity
            work = partial(trial, world, candidate, champion)
            seeds = [f"{name} {scenario} {number}" for number in range(trials)]
            rates = np.array(parallel_map(work, seeds, "tests simulated")).mean(axis=0)
            error = np.sqrt(rates[0] * (1 - rates[0]) / trials)
            print(
                f"{scenario:<29}{100 * change:>+9.1f}{rates[0]:>8.1%} ±{error:>4.1%}{rates[1]:>9.1%}{rates[2]:>8.1%}"
                f"{rates[3]:>10.1%}{rates[4]:>11.2f}",
                flush=True,
            )


def trial(world: World, candidate: Skills, champion: Skills, seed: str) -> tuple[float, ...]:
    """The last five columns, for one test."""
    params = load_params("promote", PromoteParams).model_copy(update={"bootstrap_samples": RESAMPLES})
    validation = replace(world, images=int(world.images * VALIDATION), groups=int(world.groups * VALIDATION))
    chosen_on, test = drawn(validation, seed + " validation"), drawn(world, seed)
    threshold = operating_threshold(chosen_on, answers(chosen_on, champion, 1))
    said = [answers(test, of, number) for number, of in enumerate((candidate, champion))]
    ours, theirs = (Answers(each, p_melanoma(test.cases, each), threshold) for each in said)
    numbers = judge(Examined(test.cases, ours), Contest(test.cases, ours, theirs), params).numbers
    rules, change = numbers["rules"], numbers["difference"]["melanoma_sensitivity"]["value"]
    agreement = np.corrcoef([each.argmax(axis=1) == test.cases.truth for each in said])[0, 1]
    by_value = {**rules, "melanoma_sensitivity_kept": change >= -params.max_melanoma_sensitivity_drop}
    better, kept = rules["better_than_champion"], rules["melanoma_sensitivity_kept"]
    return all(rules.values()), better, kept, all(by_value.values()), agreement


def drawn(world: World, seed: str) -> Draw:
    """A partition: groups of one class each, one image a group and the rest shared out by chance."""
    draw = generator("promotion errors", seed)
    shares = np.array(list(world.counts.values())) / sum(world.counts.values())
    group_of = np.concatenate([np.arange(world.groups), draw.integers(world.groups, size=world.images - world.groups)])
    truth = draw.choice(len(shares), size=world.groups, p=shares)[group_of]
    common, *own = (
        np.sqrt(LESION) * draw.normal(size=(world.groups, len(shares)))[group_of]
        + np.sqrt(1 - LESION) * draw.normal(size=(world.images, len(shares)))
        for _ in range(3)
    )
    noise = [np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * each for each in own]
    return Draw(Cases(tuple(world.counts), truth, [f"g{number}" for number in group_of]), (noise[0], noise[1]))


def answers(draw: Draw, of: Skills, number: int) -> np.ndarray:
    """The probabilities, (n, classes), that the model with these skills and this noise gives, equal priors."""
    classes, truth = draw.cases.classes, draw.cases.truth
    of_class = np.where(np.array(classes) == "melanoma", of.melanoma, of.others)
    evidence = draw.noise[number] + of_class * np.eye(len(classes))[truth]
    return softmax(of_class * evidence - of_class**2 / 2, axis=1)


def p_melanoma(cases: Cases, probabilities: np.ndarray) -> np.ndarray:
    return probabilities[:, cases.classes.index("melanoma")]


def operating_threshold(draw: Draw, probabilities: np.ndarray) -> float:
    """The threshold that the pipeline would set on these images."""
    point = operating_point(probabilities, draw.cases.truth, draw.cases.classes, MIN_SENSITIVITY, draw.cases.groups)
    assert point is not None
    return point.threshold


@cache
def very_large(classes: tuple[str, ...]) -> Draw:
    """As many groups of each class, an image each."""
    return drawn(World(dict.fromkeys(classes, 1), LARGE, LARGE, 0), "very large")


def truly(world: World, of: Skills, champion: Skills) -> tuple[float, float]:
    """Balanced accuracy, and melanoma sensitivity at the champion's specificity, by a very large sample."""
    draw = very_large(tuple(world.counts))
    truth, positive = draw.cases.truth, draw.cases.melanoma
    ours, theirs = answers(draw, of, 0), answers(draw, champion, 0)
    hit = ours.argmax(axis=1) == truth
    balanced = np.mean([hit[truth == index].mean() for index in range(len(world.counts))])
    weights = np.array(list(world.counts.values()), dtype=float)[truth][np.newaxis]
    suspected = p_melanoma(draw.cases, theirs) >= operating_threshold(draw, theirs)
    alarms = weights @ (suspected & ~positive)
    return float(balanced), float(sensitivity_at(positive, p_melanoma(draw.cases, ours), alarms, weights)[0])


@cache
def skills(world_name: str, balanced: float, melanoma: float | None) -> Skills:
    """Skills that give this balanced accuracy, and this gain of melanoma sensitivity (None: as it comes)."""
    world = WORLDS[world_name]
    if melanoma is None:
        even = brentq(lambda one: truly(world, Skills(one, one), Skills(one, one))[0] - balanced, 0.5, 6, xtol=1e-4)
        return Skills(even, even)
    champion = skills(world_name, world.balanced_accuracy, None)
    wanted = np.array([balanced, truly(world, champion, champion)[1] + melanoma])
    found = least_squares(
        lambda pair: np.array(truly(world, Skills(*pair), champion)) - wanted,
        [champion.melanoma, champion.others], diff_step=0.02, xtol=1e-4, bounds=(0.3, 8),
    )  # fmt: skip
    return Skills(*map(float, found.x))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS, sys.argv[2:] or list(WORLDS))
