"""Sensitivity, specificity and predictive values at a threshold, against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from dermaflow.evaluation.operating import SHARES, at_threshold, behind


def test_the_four_shares_equal_those_of_scikit_learn():
    generator = np.random.default_rng(0)
    positive, suspected = generator.random(200) < 0.3, generator.random(200) < 0.5
    weights = generator.integers(0, 4, size=(3, 200)).astype(float)
    ours = at_threshold(positive, suspected, weights)
    assert tuple(ours) == SHARES
    for row, counted in enumerate(weights):
        for name, score, label in (
            ("sensitivity", recall_score, True),
            ("specificity", recall_score, False),
            ("ppv", precision_score, True),
            ("npv", precision_score, False),
        ):
            expected = score(positive, suspected, pos_label=label, sample_weight=counted)
            assert ours[name][row] == pytest.approx(expected), name


def test_what_nothing_stands_behind_is_undefined():
    ours = at_threshold(np.array([False, False]), np.array([False, False]), np.ones((1, 2)))
    assert np.isnan([ours["sensitivity"][0], ours["ppv"][0]]).all()
    assert (ours["specificity"][0], ours["npv"][0]) == (1, 1)


def test_each_share_says_which_images_it_is_of():
    whole = behind(np.array([True, False, True]), np.array([True, True, False]))
    assert {name: flags.tolist() for name, flags in whole.items()} == {
        "sensitivity": [True, False, True],
        "specificity": [False, True, False],
        "ppv": [True, True, False],
        "npv": [False, False, True],
    }
