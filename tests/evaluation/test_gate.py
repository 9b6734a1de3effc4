"""Who is promoted, who is refused, and that chance alone seldom promotes."""

import json

import numpy as np
import pytest

from dermaflow.evaluation import gate
from dermaflow.evaluation.comparison import Answers, Cases, Contest, Examined, unseen_loss
from dermaflow.evaluation.gate import Decision

CLASSES = ("basal cell carcinoma", "melanoma", "nevus")
MELANOMA = 1


def judge(shown, candidate, champion, classes, params, threshold=None):
    """The gate, of truth and groups and what models say; the champion suspects melanoma from `threshold` on."""
    cases, ours = Cases(tuple(classes), *shown), answers(candidate, classes, threshold)
    contest = None if champion is None else Contest(cases, ours, answers(champion, classes, threshold))
    return gate.judge(Examined(cases, ours), contest, params)


def answers(probabilities, classes, threshold=None):
    return Answers(probabilities, p_melanoma(probabilities, classes), threshold)


def p_melanoma(probabilities, classes):
    return probabilities[:, classes.index("melanoma")] if "melanoma" in classes else None


def lesions(generator, groups=150):
    """Truth and groups of lesions with one to three images each."""
    sizes = generator.integers(1, 4, size=groups)
    truth = np.repeat(generator.integers(3, size=groups), sizes)
    return truth, list(np.repeat([f"g{number}" for number in range(groups)], sizes))


def certain(predicted):
    """Probabilities of one who is certain of the classes given."""
    return np.eye(3)[predicted] * 0.9 + 0.1 / 3


def test_a_first_candidate_above_the_floors_is_promoted(simulate, rules):
    generator = np.random.default_rng(0)
    truth, groups = lesions(generator)
    decision = judge((truth, groups), simulate(generator, truth, 3, 2.0), None, CLASSES, rules)
    assert decision.promote
    assert decision.numbers["champion"] is None
    assert any("No model is in force yet" in reason for reason in decision.reasons)


def test_a_first_candidate_below_a_floor_is_refused_by_that_floor(simulate, rules):
    generator = np.random.default_rng(0)
    truth, groups = lesions(generator)
    scores = simulate(generator, truth, 3, 2.0)
    high = judge((truth, groups), scores, None, CLASSES, rules.model_copy(update={"min_balanced_accuracy": 0.99}))
    assert not high.promote
    assert [name for name, holds in high.numbers["rules"].items() if not holds] == ["balanced_accuracy_floor"]
    blind = judge((truth, groups), scores, None, CLASSES, rules.model_copy(update={"min_melanoma_auc": 1.0}))
    assert [name for name, holds in blind.numbers["rules"].items() if not holds] == ["melanoma_auc_floor"]


def test_the_floor_is_held_against_the_lower_end_and_not_the_value(simulate, rules):
    generator = np.random.default_rng(0)
    truth, groups = lesions(generator, 40)
    scores = simulate(generator, truth, 3, 2.0)
    reached = judge((truth, groups), scores, None, CLASSES, rules).numbers["candidate"]["balanced_accuracy"]
    between = (reached["low"] + reached["value"]) / 2
    assert not judge(
        (truth, groups), scores, None, CLASSES, rules.model_copy(update={"min_balanced_accuracy": between})
    ).promote


def test_a_clearly_better_candidate_replaces_the_champion(simulate, rules):
    generator = np.random.default_rng(1)
    truth, groups = lesions(generator, 600)
    better, worse = simulate(generator, truth, 3, 2.5), simulate(generator, truth, 3, 1.0)
    decision = judge((truth, groups), better, worse, CLASSES, rules, threshold=0.15)
    assert decision.promote
    candidate, champion, difference = (decision.numbers[who] for who in ("candidate", "champion", "difference"))
    for what in ("balanced_accuracy", "melanoma_sensitivity"):
        assert difference[what]["low"] < difference[what]["value"] < difference[what]["high"]
        assert difference[what]["value"] == pytest.approx(candidate[what]["value"] - champion[what]["value"])
    assert difference["balanced_accuracy"]["low"] > 0


def test_the_same_model_again_is_not_promoted(simulate, rules):
    generator = np.random.default_rng(1)
    truth, groups = lesions(generator)
    scores = simulate(generator, truth, 3, 2.0)
    decision = judge((truth, groups), scores, scores.copy(), CLASSES, rules)
    assert not decision.promote
    assert decision.numbers["difference"]["balanced_accuracy"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert any("not better beyond chance" in reason for reason in decision.reasons)


def test_an_equal_candidate_is_promoted_in_at_most_5_of_100(simulate, rules):
    generator = np.random.default_rng(2)
    promoted = 0
    for _ in range(200):
        truth, groups = lesions(generator, 60)
        scores, others = simulate(generator, truth, 3, 1.5), simulate(generator, truth, 3, 1.5)
        lenient = rules.model_copy(update={"max_melanoma_sensitivity_drop": 1.0})
        promoted += judge((truth, groups), scores, others, CLASSES, lenient).promote
    assert promoted / 200 <= 0.05


def better_but_for_melanoma(simulate, drop, groups=900):
    """What is shown, candidate and champion: a share of the melanomas ranks last with the candidate, all else gains."""
    generator = np.random.default_rng(5)
    truth, names = lesions(generator, groups)
    champion, candidate = simulate(generator, truth, 3, 1.5), simulate(generator, truth, 3, 3.0)
    champion[truth == MELANOMA] = candidate[truth == MELANOMA]
    missed = np.flatnonzero(truth == MELANOMA)[: round(drop * (truth == MELANOMA).sum())]
    candidate[missed] = (0.5, 0.0, 0.5)
    return (truth, names), candidate, champion


def test_a_drop_of_melanoma_sensitivity_refuses_whatever_else_is_better(simulate, rules):
    decision = judge(*better_but_for_melanoma(simulate, 0.10), CLASSES, rules, threshold=0.2)
    assert decision.numbers["rules"]["better_than_champion"]
    assert not decision.numbers["rules"]["melanoma_sensitivity_kept"]
    assert not decision.promote
    assert "a drop of more than 0.050 is not ruled out" in decision.reasons[-1]


def test_a_small_drop_is_allowed_where_many_melanomas_show_that_it_is_small(simulate, rules):
    decision = judge(*better_but_for_melanoma(simulate, 0.01), CLASSES, rules, threshold=0.2)
    assert decision.numbers["difference"]["melanoma_sensitivity"]["value"] < 0
    assert decision.numbers["rules"]["melanoma_sensitivity_kept"]
    assert "a drop of more than 0.050 is ruled out." in decision.reasons[-1]
    few = judge(*better_but_for_melanoma(simulate, 0.01, groups=90), CLASSES, rules, threshold=0.2)
    assert not few.numbers["rules"]["melanoma_sensitivity_kept"]
    needed = unseen_loss(few.numbers["n_melanoma_groups"], rules.confidence) - 0.05
    assert f"is not ruled out (so few can do so only for a gain of {needed:.3f} or more)." in few.reasons[-1]


def test_a_lower_end_of_just_the_margin_is_allowed(simulate, rules):
    models = better_but_for_melanoma(simulate, 0.05)
    low = judge(*models, CLASSES, rules, threshold=0.2).numbers["difference"]["melanoma_sensitivity"]["low"]
    for margin, kept in ((-low, True), (-low - 1e-6, False)):
        with_margin = rules.model_copy(update={"max_melanoma_sensitivity_drop": margin})
        decision = judge(*models, CLASSES, with_margin, threshold=0.2)
        assert decision.numbers["rules"]["melanoma_sensitivity_kept"] is kept


def test_the_sentence_about_melanoma_says_where_the_champion_stands_and_over_how_many(simulate, rules):
    models = better_but_for_melanoma(simulate, 0.0, groups=90)
    with_point = judge(*models, CLASSES, rules, threshold=0.2)
    specificity = with_point.numbers["champion"]["melanoma_specificity"]["value"]
    n, n_groups = with_point.numbers["n_melanoma"], with_point.numbers["n_melanoma_groups"]
    assert f"at the champion's specificity of {specificity:.3f}: " in with_point.reasons[-1]
    assert f"over {n} images of melanoma in {n_groups} groups" in with_point.reasons[-1]
    without = judge(*models, CLASSES, rules)
    assert "where it names melanoma: it has no operating point" in without.reasons[-1]


def test_too_few_images_are_refused_before_anything_is_measured(rules):
    truth = np.array([0, 1, 2] * 9)
    decision = judge((truth, [str(number) for number in range(27)]), certain(truth), None, CLASSES, rules)
    assert decision == Decision(
        promote=False,
        reasons=("27 comparable test images in 27 groups: fewer than the 30 needed.",),
        numbers={
            "n_images": 27,
            "n_groups": 27,
            "n_melanoma": 9,
            "n_melanoma_groups": 9,
            "rules": {"enough_images": False},
        },
    )


def test_no_image_at_all_is_a_refusal_and_no_crash(rules):
    decision = judge((np.empty(0, dtype=np.int64), []), np.empty((0, 3)), None, CLASSES, rules)
    assert not decision.promote


@pytest.mark.parametrize("with_champion", [False, True])
def test_a_single_group_shows_nothing(rules, with_champion):
    truth = np.array([0, 1, 2] * 20)
    champion = certain(np.zeros(60, dtype=np.int64)) if with_champion else None
    decision = judge((truth, ["one"] * 60), certain(truth), champion, CLASSES, rules)
    assert not decision.promote
    assert any("fewer than two groups" in reason for reason in decision.reasons)


def test_without_a_melanoma_class_the_melanoma_rules_are_left_out_and_say_so(simulate, rules):
    generator = np.random.default_rng(3)
    truth, groups = lesions(generator)
    classes = ("basal cell carcinoma", "dermatofibroma", "nevus")
    better, worse = simulate(generator, truth, 3, 2.5), simulate(generator, truth, 3, 1.0)
    decision = judge((truth, groups), better, worse, classes, rules)
    assert decision.promote
    assert "melanoma_auc" not in decision.numbers["candidate"]
    assert decision.numbers["n_melanoma"] is None
    assert sum("Melanoma is none of" in reason for reason in decision.reasons) == 2


@pytest.mark.parametrize("champion", [None, 0.5])
def test_a_class_without_comparable_images_refuses_however_good_the_rest_is(simulate, rules, champion):
    generator = np.random.default_rng(3)
    truth = np.array([0, 1] * 60)
    groups = [f"g{number}" for number in range(120)]
    theirs = None if champion is None else simulate(generator, truth, 3, champion)
    decision = judge((truth, groups), simulate(generator, truth, 3, 3.0), theirs, CLASSES, rules)
    assert not decision.promote
    assert [name for name, holds in decision.numbers["rules"].items() if not holds] == ["every_class_shown"]
    sentence = "No comparable test image shows nevus: balanced accuracy is over 2 of 3 classes."
    assert sentence in decision.reasons


def test_the_floors_are_over_all_that_the_candidate_claims_to_know_and_not_over_what_a_champion_does(simulate, rules):
    generator = np.random.default_rng(6)
    truth, groups = lesions(generator, 600)
    scores = simulate(generator, truth, 3, 2.5)
    scores[truth == MELANOMA, MELANOMA] = 0  # no melanoma is found, every other diagnosis is
    common, known = (CLASSES[0], CLASSES[2]), truth != MELANOMA
    cases = Cases(common, truth[known] // 2, [group for group, kept in zip(groups, known, strict=True) if kept])
    over_both = scores[known][:, [0, 2]]
    theirs = simulate(generator, cases.truth, 2, 0.5)
    contest = Contest(cases, answers(over_both, common), answers(theirs, common))
    decision = gate.judge(Examined(Cases(CLASSES, truth, groups), answers(scores, CLASSES)), contest, rules)
    assert decision.numbers["rules"]["better_than_champion"]
    assert not decision.numbers["rules"]["melanoma_auc_floor"]
    assert not decision.promote
    assert "Melanoma is none of the classes common to both: its sensitivity is not compared." in decision.reasons
    assert (
        decision.numbers["own"]["balanced_accuracy"]["value"]
        < decision.numbers["candidate"]["balanced_accuracy"]["value"]
    )


def test_a_class_that_the_champion_lacks_must_be_shown_too(simulate, rules):
    generator = np.random.default_rng(6)
    truth = np.array([0, 2] * 60)
    groups = [f"g{number}" for number in range(120)]
    common = (CLASSES[0], CLASSES[2])
    ours, theirs = simulate(generator, truth, 3, 3.0), simulate(generator, truth // 2, 2, 0.5)
    contest = Contest(Cases(common, truth // 2, groups), answers(ours[:, [0, 2]], common), answers(theirs, common))
    decision = gate.judge(Examined(Cases(CLASSES, truth, groups), answers(ours, CLASSES)), contest, rules)
    assert not decision.numbers["rules"]["every_class_shown"]
    assert "No comparable test image shows melanoma: balanced accuracy is over 2 of 3 classes." in decision.reasons


def test_a_test_that_shows_no_melanoma_cannot_show_that_its_sensitivity_is_kept(simulate, rules):
    generator = np.random.default_rng(3)
    truth = np.array([0, 2] * 60)
    groups = [f"g{number}" for number in range(120)]
    better, worse = simulate(generator, truth, 3, 2.5), simulate(generator, truth, 3, 0.5)
    decision = judge((truth, groups), better, worse, CLASSES, rules)
    assert not decision.promote
    assert not decision.numbers["rules"]["melanoma_auc_floor"]
    assert not decision.numbers["rules"]["melanoma_sensitivity_kept"]


def test_a_decision_is_the_same_each_time_and_fits_into_json(simulate, rules):
    generator = np.random.default_rng(4)
    truth, groups = lesions(generator)
    one, other = simulate(generator, truth, 3, 1.5), simulate(generator, truth, 3, 1.0)
    first = judge((truth, groups), one, other, CLASSES, rules)
    assert first == judge((truth, groups), one, other, CLASSES, rules)
    assert json.loads(json.dumps(first.numbers, allow_nan=False)) == first.numbers
    assert len(first.reasons) == len(first.numbers["rules"]) == 6
