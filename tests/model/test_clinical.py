"""What age, sex and site say, and how far they are believed."""

import numpy as np
import pytest

from dermaflow.core.clinical import COLUMNS, encoded
from dermaflow.model.clinical import SHRUNK_BY, Known, evidence_of, standard_error, updated, weighed


def people(ages: list[str], sexes: list[str] | None = None) -> np.ndarray:
    blank = [""] * len(ages)
    return encoded(ages, sexes or blank, blank)


def test_evidence_is_the_logarithm_of_how_much_likelier_a_statement_is_with_a_diagnosis() -> None:
    clinical = people(["80"] * 30 + ["20"] * 10 + ["20"] * 40)
    labels = np.repeat([0, 1], 40)
    evidence = evidence_of(clinical, labels, 2)
    old, young = COLUMNS.index("age_80"), COLUMNS.index("age_20")
    share_old = (30 / 40 + 0) / 2
    with_first = (30 + SHRUNK_BY * share_old) / (40 + SHRUNK_BY)
    assert evidence[old, 0] == pytest.approx(np.log(with_first / share_old))
    assert evidence[old, 1] < 0 < evidence[young, 1]
    never = [place for place in range(len(COLUMNS)) if place not in (old, young)]
    np.testing.assert_array_equal(evidence[never], 0)


def test_how_frequent_a_diagnosis_is_makes_no_evidence() -> None:
    """Ten times as many images of one class, stated alike, say the same of it."""
    few = evidence_of(people(["80", "20", "80", "50"] * 200), np.array([0, 0, 1, 1] * 200), 2)
    many = evidence_of(people(["80", "20", *["80", "50"] * 10] * 200), np.array([0, 0, *[1] * 20] * 200), 2)
    said = [COLUMNS.index("age_80"), COLUMNS.index("sex_male")]
    np.testing.assert_allclose(few[said], many[said], atol=0.05)


def test_a_statement_that_no_image_of_a_diagnosis_has_does_not_rule_it_out() -> None:
    evidence = evidence_of(people(["80"] * 200 + ["20"] * 5), np.array([0] * 200 + [1] * 5), 2)
    assert np.isfinite(evidence).all()
    assert evidence[COLUMNS.index("age_80"), 1] > -2  # five images are no proof


def test_where_nothing_is_stated_the_image_decides_alone() -> None:
    evidence = evidence_of(people(["80", "20"] * 50), np.array([0, 1] * 50), 2)
    image = np.array([[0.9, 0.1], [0.5, 0.5]])
    np.testing.assert_allclose(updated(image, people(["", ""]), evidence), image)
    assert (updated(image, people(["80", "80"]), evidence)[:, 0] > image[:, 0]).all()


def test_bayes_rule_multiplies_odds() -> None:
    evidence = np.zeros((len(COLUMNS), 2), dtype=np.float32)
    evidence[COLUMNS.index("sex_male")] = [np.log(3), 0]
    told = updated(np.array([[0.25, 0.75]]), people([""], ["male"]), evidence)
    np.testing.assert_allclose(told, [[0.5, 0.5]], rtol=1e-6)


def alone(n: int) -> list[str]:
    """A group for each of n images."""
    return [f"g{number}" for number in range(n)]


def drawn(n: int) -> tuple[Known, np.ndarray, np.ndarray]:
    """Old people have the first diagnosis three times in four; images tell a little."""
    rng = np.random.default_rng(0)

    def ages(labels: np.ndarray) -> np.ndarray:
        old = rng.random(len(labels)) < np.where(labels == 0, 0.75, 0.25)
        return people(["80" if each else "20" for each in old])

    learnt, chosen = np.arange(n) % 2, np.arange(400) % 2
    p = np.clip(rng.normal(0.5 + 0.1 * (chosen == 0), 0.15), 0.05, 0.95)
    return Known(ages(learnt), learnt, ages(chosen), alone(400)), np.stack([p, 1 - p], axis=1), chosen


def test_what_helps_on_validation_images_is_believed_and_the_card_says_by_how_much() -> None:
    known, image, labels = drawn(600)
    evidence, use = weighed(known, image, labels)
    assert evidence is not None
    assert use is not None
    assert 0.5 < use.strength <= 1
    np.testing.assert_allclose(evidence, use.strength * evidence_of(known.originals, known.labels, 2), rtol=1e-5)
    assert (use.n, use.stated) == (600, {"age": 600, "sex": 0, "site": 0})
    better = updated(image, known.validation, evidence)
    assert (better.argmax(axis=1) == labels).mean() > use.image_alone["val_accuracy"] + 0.02


def test_what_does_not_help_is_left_out() -> None:
    known, image, labels = drawn(600)
    misleading = known._replace(labels=1 - known.labels)
    assert weighed(misleading, image, labels) == (None, None)


def test_what_helps_no_more_than_chance_does_is_left_out() -> None:
    """Statements that have nothing to do with the diagnosis: the best strength is seldom 0, its gain is none."""
    rng = np.random.default_rng(3)
    kept = 0
    for _ in range(40):
        labels, chosen = rng.integers(0, 2, 200), rng.integers(0, 2, 100)
        ages = [people(rng.choice(["20", "80"], size=n).tolist()) for n in (200, 100)]
        evidence, _ = weighed(Known(ages[0], labels, ages[1], alone(100)), np.full((100, 2), 0.5), chosen)
        kept += evidence is not None
    assert kept <= 8  # a fall beyond its standard error: one in six


def test_images_of_one_lesion_are_no_independent_evidence() -> None:
    """Each of 60 lesions photographed five times, statements that have nothing to do with the diagnosis."""
    rng = np.random.default_rng(4)
    kept = {"images": 0, "groups": 0}
    for _ in range(60):
        labels, lesions = rng.integers(0, 2, 200), rng.integers(0, 2, 60)
        ages = [people(rng.choice(["20", "80"], size=n).tolist()) for n in (200, 60)]
        five = Known(ages[0], labels, np.repeat(ages[1], 5, axis=0), np.repeat(alone(60), 5).tolist())
        for unit, groups in (("images", alone(300)), ("groups", five.groups)):
            evidence, _ = weighed(five._replace(groups=groups), np.full((300, 2), 0.5), np.repeat(lesions, 5))
            kept[unit] += evidence is not None
    assert kept["groups"] < kept["images"] / 2


def test_the_standard_error_over_groups_of_one_is_the_usual_one_and_a_single_group_has_none() -> None:
    values = np.random.default_rng(0).normal(size=30)
    assert standard_error(values, alone(30)) == pytest.approx(values.std(ddof=1) / np.sqrt(30))
    assert standard_error(np.repeat(values, 4), np.repeat(alone(30), 4).tolist()) == pytest.approx(
        standard_error(values, alone(30))
    )
    assert standard_error(values, ["g"] * 30) == np.inf
