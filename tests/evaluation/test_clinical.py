"""What age, sex and site add, on tests whose answer is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dermaflow.core.clinical import encoded
from dermaflow.core.measures import SMALLEST_P
from dermaflow.evaluation.clinical import WAYS, Beside, clinical_figures, clinical_lines, collections_of
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams

PARAMS = EvaluateParams(bootstrap_samples=200, seed=7)
CLASSES = ("dermatofibroma", "melanoma", "nevus")


def beside(n: int = 240, strength: float = 1.5) -> Beside:
    """Images tell a little; what is stated names the diagnosis in collection a, and says nothing in b."""
    rng = np.random.default_rng(0)
    truth = np.arange(n) % 3
    image = rng.normal(size=(n, 3))
    image[np.arange(n), truth] += 1.0
    said = np.zeros((n, 3))
    of_a = np.arange(n) < n // 2
    said[of_a, truth[of_a]] = strength

    def softmax(logits: np.ndarray) -> np.ndarray:
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)

    sources = np.where(of_a, "a", "b").tolist()
    groups = [f"g{number // 6}" for number in range(n)]
    both = Outcome(CLASSES, truth, softmax(image + said), groups)
    ages = np.where(of_a, "40", "").tolist()
    return Beside(both, softmax(image), encoded(ages, [""] * n, ["back"] * n), sources)


def test_the_gain_is_the_difference_of_the_two_and_lies_where_the_statements_speak() -> None:
    test = beside()
    figures = clinical_figures(test, PARAMS)
    assert figures["n"] == 240
    assert figures["stated"] == {"age": 120, "sex": 0, "site": 240}
    hits = [(asked.argmax(axis=1) == test.both.truth).mean() for asked in (test.both.probabilities, test.image_alone)]
    assert figures["gain"]["balanced_accuracy"]["value"] == pytest.approx(hits[0] - hits[1])
    assert figures["image_alone"]["balanced_accuracy"]["value"] == pytest.approx(hits[1])
    assert figures["gain"]["balanced_accuracy"]["low"] > 0
    within = {each["name"]: each for each in figures["by_collection"]}
    assert within["a"]["gain"]["macro_auc"]["low"] > 0.05
    assert within["b"]["gain"]["macro_auc"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert (within["a"]["n"], within["a"]["n_groups"]) == (120, 20)
    for way in WAYS:
        assert set(figures[way]) == {"balanced_accuracy", "macro_auc", "melanoma_auc", "melanoma_vs_nevus_auc"}


def test_what_the_statements_say_alone_is_found_from_the_two_answers() -> None:
    alone = beside().stated_alone
    truth = beside().both.truth
    np.testing.assert_allclose(alone[120:], 1 / 3, atol=1e-6)
    expected = np.exp(1.5) / (np.exp(1.5) + 2)
    np.testing.assert_allclose(alone[np.arange(120), truth[:120]], expected, rtol=1e-6)


def test_it_is_found_too_where_the_image_is_all_but_sure() -> None:
    """What is stated speaks against a class to which the image gives the least probability that counts."""
    said = np.array([[-2.0, 0.0, 0.0]])
    image = np.array([[SMALLEST_P, 1 - 2 * SMALLEST_P, SMALLEST_P]])
    told = image * np.exp(said)
    both = Outcome(CLASSES, np.array([1]), told / told.sum(), ["g"])
    alone = Beside(both, image, encoded(["40"], [""], [""]), ["a"]).stated_alone
    np.testing.assert_allclose(alone, np.exp(said) / np.exp(said).sum(), rtol=1e-6)


def test_without_melanoma_there_are_the_other_figures() -> None:
    test = beside()
    renamed = Outcome(
        ("dermatofibroma", "nevus", "vascular lesion"), test.both.truth, test.both.probabilities, test.both.groups
    )
    figures = clinical_figures(Beside(renamed, test.image_alone, test.clinical, ()), PARAMS)
    assert set(figures["gain"]) == {"balanced_accuracy", "macro_auc"}
    assert figures["by_collection"] == []


def test_what_the_threshold_keeps_where_nothing_is_stated_is_measured() -> None:
    test = beside()
    test = replace(test, both=replace(test.both, threshold=0.3))
    at = clinical_figures(test, PARAMS)["image_alone_at_threshold"]
    suspected, shown = test.image_alone[:, 1] >= 0.3, test.both.truth == 1
    assert at["sensitivity"]["value"] == pytest.approx(suspected[shown].mean())
    assert at["specificity"]["value"] == pytest.approx((~suspected)[~shown].mean())
    assert at["sensitivity"]["low"] < at["sensitivity"]["value"] < at["sensitivity"]["high"]
    assert "where nothing is stated: sensitivity 0." in list(clinical_lines(clinical_figures(test, PARAMS)))[-1]
    assert clinical_figures(beside(), PARAMS)["image_alone_at_threshold"] is None


def test_the_lines_tell_what_is_stated_and_each_gain() -> None:
    lines = list(clinical_lines(clinical_figures(beside(), PARAMS)))
    assert "of 240 images: age 120, sex 0, site 240" in lines[0]
    assert len(lines) == 5
    assert "AUC, melanoma versus nevus: image alone 0." in lines[-1]
    assert "; gain 0." in lines[-1]


def test_a_collection_is_a_source_and_the_letters_of_its_lesions_numbers() -> None:
    lesions = pd.DataFrame({"source": ["a", "a", "b", "b"], "lesion_id": ["HAM_000012", "", "BCN_1", "1234"]})
    assert collections_of(lesions) == ["a · HAM", "a · no lesion number", "b · BCN", "b · digits alone"]
