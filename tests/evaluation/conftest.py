"""Simulated classifiers: a truth, and probabilities that are right as often as wanted."""

from collections.abc import Callable

import numpy as np
import pytest

from dermaflow.evaluation.metrics import Floats, Indices
from dermaflow.evaluation.params import PromoteParams

Simulate = Callable[[np.random.Generator, Indices, int, float], Floats]


@pytest.fixture
def simulate() -> Simulate:
    """Scores of a classifier of a given skill; 0 is chance."""

    def scores(generator: np.random.Generator, truth: Indices, classes: int, skill: float) -> Floats:
        logits = generator.normal(size=(len(truth), classes))
        logits[np.arange(len(truth)), truth] += skill
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)

    return scores


@pytest.fixture
def rules() -> PromoteParams:
    """The rules of the public params.yaml, with fewer resamples."""
    return PromoteParams(
        min_balanced_accuracy=0.30,
        min_melanoma_auc=0.60,
        max_melanoma_sensitivity_drop=0.05,
        min_images=30,
        confidence=0.95,
        bootstrap_samples=400,
        seed=7,
    )
