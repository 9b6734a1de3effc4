"""The figures on strangers are those of the textbook, their intervals come from groups, and they fit into JSON."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.unfamiliar import Distances, unfamiliar, unfamiliar_line

PARAMS = EvaluateParams(bootstrap_samples=400, seed=7)


def alone(distance):
    """Each image is a group of its own."""
    return Distances(np.asarray(distance, dtype=float), [f"g{number}" for number in range(len(distance))])


@pytest.fixture
def known():
    return alone(np.random.default_rng(1).gamma(4, 0.12, 300).round(2))


@pytest.fixture
def strange():
    return alone(np.random.default_rng(2).gamma(4, 0.3, 60).round(2))


KINDS = ["noise"] * 40 + ["text"] * 20


def test_auroc_is_that_of_scikit_learn_ties_and_all(known, strange):
    found = unfamiliar(known, strange, KINDS, PARAMS)
    for figures, part in [
        (found["strangers"], slice(0, 60)),
        (found["by_kind"]["noise"], slice(0, 40)),
        (found["by_kind"]["text"], slice(40, 60)),
    ]:
        theirs = strange.distance[part]
        truth = np.repeat([0, 1], [300, len(theirs)])
        assert figures["n"] == len(theirs)
        assert figures["auroc"]["value"] == pytest.approx(
            roc_auc_score(truth, np.concatenate([known.distance, theirs]))
        )
        assert figures["auroc"]["low"] < figures["auroc"]["value"] < figures["auroc"]["high"]
        assert figures["flagged"]["value"] == pytest.approx((theirs > 1).mean())


def test_the_interval_is_as_wide_as_theory_says(known, strange):
    figure = unfamiliar(known, strange, KINDS, PARAMS)["strangers"]["auroc"]
    nearer = (known.distance[:, None] < strange.distance) + 0.5 * (known.distance[:, None] == strange.distance)
    delong = np.sqrt(nearer.mean(axis=1).var() / 300 + nearer.mean(axis=0).var() / 60)  # DeLong et al. 1988
    assert (figure["high"] - figure["low"]) / (2 * 1.96) == pytest.approx(delong, rel=0.15)


def test_an_image_at_the_limit_is_not_flagged():
    found = unfamiliar(alone([0.2, 1.0, 1.1, 0.5]), alone([1.0, 1.0001]), ["a", "a"], PARAMS)
    assert found["flagged"]["value"] == 0.25
    assert found["strangers"]["flagged"]["value"] == 0.5


def test_copies_of_a_test_image_in_its_group_do_not_narrow_the_interval(known, strange):
    copied = Distances(np.tile(known.distance, 5), list(known.groups) * 5)
    once, more = unfamiliar(known, strange, KINDS, PARAMS), unfamiliar(copied, strange, KINDS, PARAMS)
    assert more["flagged"]["low"] == pytest.approx(once["flagged"]["low"])
    assert more["strangers"]["auroc"]["high"] == pytest.approx(once["strangers"]["auroc"]["high"])
    assert (once["n_images"], more["n_images"]) == (300, 1500)


def test_crops_of_one_photograph_have_a_value_without_an_interval(known):
    figures = unfamiliar(known, Distances(np.array([0.9, 1.2, 3.0]), ["photograph"] * 3), ["crop"] * 3, PARAMS)
    assert figures["by_kind"]["crop"]["n_groups"] == 1
    assert figures["by_kind"]["crop"]["flagged"] == {"value": pytest.approx(2 / 3), "low": None, "high": None}
    assert figures["by_kind"]["crop"]["auroc"]["low"] is None


def test_where_all_strangers_are_told_the_interval_says_how_few_they_are(known):
    figures = unfamiliar(known, alone([9.0] * 10), ["a"] * 10, PARAMS)["strangers"]
    for name in ("auroc", "flagged"):
        assert figures[name] == {"value": 1.0, "low": pytest.approx(0.025 ** (1 / 10)), "high": 1.0}


def test_the_same_seed_gives_the_same_figures_and_fits_into_json(known, strange):
    found = unfamiliar(known, strange, KINDS, PARAMS)
    assert json.loads(json.dumps(found, allow_nan=False)) == unfamiliar(known, strange, KINDS, PARAMS)
    assert list(found["by_kind"]) == ["noise", "text"]


def test_a_kind_keeps_its_figures_whatever_stands_beside_it(known, strange):
    first = Distances(strange.distance[:40], strange.groups[:40])
    both = unfamiliar(known, strange, KINDS, PARAMS)["by_kind"]["noise"]
    by_itself = unfamiliar(known, first, KINDS[:40], PARAMS)["by_kind"]["noise"]
    assert by_itself["auroc"] == pytest.approx(both["auroc"])
    assert by_itself["flagged"] == pytest.approx(both["flagged"])


def test_the_line_says_what_is_flagged(known):
    line = unfamiliar_line(unfamiliar(known, alone([2.0, 3.0, 0.1, 4.0]), ["a"] * 4, PARAMS))
    assert "of 4 pictures without a lesion; flagged 75.0% of them" in line


@pytest.mark.parametrize(
    ("known", "strange", "kinds", "message"),
    [
        (alone([]), alone([1.0]), ["a"], "expected test images, received none"),
        (alone([1.0]), alone([]), [], "expected strangers, received none"),
        (alone([1.0]), alone([1.0]), [], "a kind for each of 1 strangers, received 0"),
        (Distances(np.ones(2), ["a"]), alone([1.0]), ["a"], "a group for each of 2 test images, received 1"),
        (alone([1.0]), alone([np.nan]), ["a"], "finite distances of strangers"),
    ],
)
def test_what_cannot_be_compared_is_refused(known, strange, kinds, message):
    with pytest.raises(ValueError, match=message):
        unfamiliar(known, strange, kinds, PARAMS)
