"""Pairs of models on the same resamples: what differs, what cancels, and how the ROC is read."""

import time

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_curve

from dermaflow.evaluation.comparison import Answers, Cases, compared, sensitivity_at, unseen_loss

CLASSES = ("basal cell carcinoma", "melanoma", "nevus")
MELANOMA = 1


def drawn(simulate, skill, n=300, seed=0, threshold=None):
    """Cases of two images a group, and the answers of a model of this skill, of its own noise."""
    truth = np.repeat(np.random.default_rng(seed).integers(3, size=n // 2), 2)
    cases = Cases(CLASSES, truth, [f"g{number // 2}" for number in range(n)])
    probabilities = simulate(np.random.default_rng([seed, round(100 * skill)]), truth, 3, skill)
    return cases, Answers(probabilities, probabilities[:, MELANOMA], threshold)


def at(positive, scores, alarms):
    """Sensitivity at so many false alarms, every image counted once."""
    once = np.ones((1, len(scores)))
    flags = np.array(positive, dtype=bool)
    return sensitivity_at(flags, np.array(scores, dtype=float), np.array([float(alarms)]), once)[0]


def test_a_step_is_read_at_its_upper_end():
    positive, scores = [1, 0, 1, 1, 0, 1], [6, 5, 4, 3, 2, 1]
    assert [at(positive, scores, alarms) for alarms in (0, 1, 2)] == [0.25, 0.75, 1.0]


def test_tied_scores_count_in_proportion_to_the_false_alarms_that_are_left():
    positive, scores = [1, 1, 0, 0, 1, 0], [9, 5, 5, 5, 5, 1]
    assert [at(positive, scores, alarms) for alarms in (0, 1, 2)] == pytest.approx([1 / 3, 2 / 3, 1])


def test_all_false_alarms_find_every_melanoma_and_a_perfect_order_needs_none():
    assert at([1, 0, 1], [1, 2, 3], 1) == 1
    assert at([1, 0, 1, 0], [4, 2, 3, 1], 0) == 1


def test_without_melanoma_sensitivity_is_undefined_and_without_anything_else_it_is_whole():
    assert np.isnan(at([0, 0], [1, 2], 1))
    assert at([1, 1], [1, 2], 0) == 1


def test_a_weight_of_two_is_an_image_shown_twice():
    generator = np.random.default_rng(3)
    positive, scores = generator.random(60) < 0.4, generator.integers(0, 15, 60).astype(float)
    weights = generator.integers(0, 4, size=(5, 60)).astype(float)
    for alarms in (0.0, 3.0, 11.0):
        together = sensitivity_at(positive, scores, np.full(5, alarms), weights)
        for row, counts in zip(together, weights.astype(int), strict=True):
            assert row == pytest.approx(at(np.repeat(positive, counts), np.repeat(scores, counts), alarms))


def test_it_lies_on_the_roc_curve_of_scikit_learn():
    generator = np.random.default_rng(4)
    positive, scores = generator.random(200) < 0.3, generator.normal(size=200)
    false_rate, true_rate, _ = roc_curve(positive, scores, drop_intermediate=False)
    for alarms in range(0, 140, 7):
        expected = true_rate[np.flatnonzero(np.isclose(false_rate, alarms / (~positive).sum()))].max()
        assert at(positive, scores, alarms) == pytest.approx(expected)


def test_figures_on_all_images_are_those_of_the_textbook(simulate, rules):
    cases, candidate = drawn(simulate, 1.5)
    champion = drawn(simulate, 1.0, threshold=0.2)[1]
    figures = compared(cases, candidate, champion, rules)
    for who, answers in (("candidate", candidate), ("champion", champion)):
        expected = balanced_accuracy_score(cases.truth, answers.probabilities.argmax(axis=1))
        assert figures[who]["balanced_accuracy"].value == pytest.approx(expected)
    others = cases.truth != MELANOMA
    specificity = (champion.p_melanoma[others] < 0.2).mean()
    assert figures["champion"]["melanoma_specificity"].value == pytest.approx(specificity)
    suspected = candidate.p_melanoma > np.sort(candidate.p_melanoma[others])[round(specificity * others.sum()) - 1]
    assert suspected[others].mean() == pytest.approx(1 - specificity)
    assert figures["candidate"]["melanoma_sensitivity"].value == pytest.approx(suspected[~others].mean())


def test_a_model_differs_from_itself_by_nothing_in_every_resample(simulate, rules):
    cases, answers = drawn(simulate, 1.0, threshold=0.2)
    difference = compared(cases, answers, answers, rules)["difference"]
    assert (difference["balanced_accuracy"].low, difference["balanced_accuracy"].high) == (0, 0)
    assert (difference["melanoma_sensitivity"].value, difference["melanoma_sensitivity"].high) == (0, 0)


def test_the_champion_s_own_sensitivity_is_hardly_moved_by_reading_it_off_its_curve(simulate, rules):
    cases, answers = drawn(simulate, 1.0, n=2000, threshold=0.2)
    read = compared(cases, answers, answers, rules)["champion"]["melanoma_sensitivity"].value
    exact = (answers.p_melanoma[cases.truth == MELANOMA] >= 0.2).mean()
    assert exact <= read <= exact + 0.01


def test_a_model_that_only_calls_more_images_suspicious_gains_nothing(simulate, rules):
    cases, answers = drawn(simulate, 1.0, threshold=0.3)
    bolder = Answers(answers.probabilities, np.sqrt(answers.p_melanoma))
    assert compared(cases, bolder, answers, rules)["difference"]["melanoma_sensitivity"].value == 0


def test_without_an_operating_point_the_champion_stands_where_it_names_melanoma(simulate, rules):
    cases, answers = drawn(simulate, 1.0)
    figure = compared(cases, answers, answers, rules)["champion"]["melanoma_specificity"]
    named = answers.probabilities.argmax(axis=1) == MELANOMA
    assert figure.value == pytest.approx(1 - named[cases.truth != MELANOMA].mean())


def test_the_drop_that_few_melanomas_do_not_show_is_not_ruled_out(simulate, rules):
    cases, answers = drawn(simulate, 1.0, threshold=0.2)
    groups = len({group for group, truth in zip(cases.groups, cases.truth, strict=True) if truth == MELANOMA})
    low = compared(cases, answers, answers, rules)["difference"]["melanoma_sensitivity"].low
    assert low == pytest.approx(-unseen_loss(groups, 0.95))
    assert (1 - unseen_loss(groups, 0.95)) ** groups == pytest.approx(0.025)
    assert unseen_loss(100, 0.95) == pytest.approx(0.0362, abs=1e-4)


def test_a_perfect_order_of_few_melanomas_has_an_interval_too(rules):
    truth = np.repeat([0, 1, 2], 8)
    cases = Cases(CLASSES, truth, [f"g{number}" for number in range(24)])
    answers = Answers(np.eye(3)[truth], np.eye(3)[truth][:, MELANOMA])
    figure = compared(cases, answers, None, rules)["candidate"]["melanoma_auc"]
    assert (figure.value, figure.low) == (1.0, pytest.approx(0.025 ** (1 / 8)))


def test_pairing_makes_the_difference_surer_than_its_two_sides(simulate, rules):
    cases, answers = drawn(simulate, 1.0, threshold=0.2)
    other = answers.probabilities.copy()
    other[:10] = other[:10][:, [1, 2, 0]]
    figures = compared(cases, Answers(other, other[:, MELANOMA]), answers, rules)
    paired = figures["difference"]["balanced_accuracy"]
    alone = figures["champion"]["balanced_accuracy"]
    assert paired.high - paired.low < 0.75 * (alone.high - alone.low)


def test_melanoma_figures_are_left_out_where_melanoma_is_no_class(simulate, rules):
    truth = np.array([0, 1] * 40)
    probabilities = simulate(np.random.default_rng(0), truth, 2, 1.0)
    cases = Cases(("nevus", "vascular lesion"), truth, [f"g{number}" for number in range(80)])
    answers = Answers(probabilities, None)
    figures = compared(cases, answers, answers, rules)
    assert {what for of in figures.values() for what in of} == {"balanced_accuracy"}


def test_answers_without_a_probability_of_melanoma_are_refused_where_it_is_a_class(simulate, rules):
    cases, answers = drawn(simulate, 1.0)
    with pytest.raises(ValueError, match="expected p_melanoma of a model whose classes hold melanoma, received None"):
        compared(cases, Answers(answers.probabilities, None), None, rules)


def test_two_thousand_resamples_of_two_thousand_images_take_seconds(simulate, rules):
    cases, answers = drawn(simulate, 1.0, n=2000, threshold=0.2)
    start = time.process_time()
    compared(cases, drawn(simulate, 1.5, n=2000)[1], answers, rules.model_copy(update={"bootstrap_samples": 2000}))
    assert time.process_time() - start < 6  # about 1 s on two idle cores
