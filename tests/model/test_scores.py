"""Scores of one epoch on validation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import balanced_accuracy_score, log_loss

from dermaflow.model.scores import validation_scores


def test_balanced_accuracy_weighs_a_rare_class_like_a_common_one() -> None:
    scores = validation_scores(np.array([[0.9, 0.1]] * 5), np.array([0, 0, 0, 0, 1]))
    assert scores["val_accuracy"] == pytest.approx(0.8)
    assert scores["val_balanced_accuracy"] == pytest.approx(0.5)


def test_a_certain_error_costs_much_but_not_infinitely() -> None:
    assert validation_scores(np.array([[1.0, 0.0]]), np.array([1]))["val_loss"] == pytest.approx(-np.log(1e-7))


@given(
    arrays(np.float64, (12, 3), elements=st.floats(0.01, 1)),
    arrays(np.int64, 12, elements=st.integers(0, 2)),
)
def test_scores_are_those_of_scikit_learn(weights: np.ndarray, labels: np.ndarray) -> None:
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    scores = validation_scores(probabilities, labels)
    assert scores["val_loss"] == pytest.approx(log_loss(labels, probabilities, labels=[0, 1, 2]))
    if len(np.unique(labels)) == 3:  # scikit-learn warns about predicted classes that do not occur
        expected = balanced_accuracy_score(labels, probabilities.argmax(axis=1))
        assert scores["val_balanced_accuracy"] == pytest.approx(expected)
