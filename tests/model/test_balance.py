"""How rare classes are made to count: weights in training, logits adjusted afterwards."""

import numpy as np
import pytest

from dermaflow.model.architectures import build
from dermaflow.model.balance import adjust_logits, class_shares, class_weights
from dermaflow.model.params import TrainParams
from dermaflow.model.scores import softmax


def test_weights_give_every_class_the_same_total_at_power_1_and_change_nothing_at_0() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    weights = class_weights(labels, 2, 1.0)
    assert np.isclose(weights[labels == 0].sum(), weights[labels == 1].sum())
    assert np.isclose(weights.mean(), 1)
    assert (class_weights(labels, 2, 0.0) == 1).all()
    between = class_weights(labels, 2, 0.5)
    assert np.isclose(between[-1] / between[0], 3)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_adjusted_logits_give_the_odds_that_equally_frequent_classes_would_have(
    power: float, params: TrainParams
) -> None:
    labels = np.repeat([0, 1, 2], [80, 15, 5])
    model = build(params, 3).learnt
    images = np.random.default_rng(0).integers(0, 255, (4, params.image_size_px, params.image_size_px, 3))
    before = softmax(model.predict(images, verbose=0).astype(np.float64))
    adjust_logits(model, labels, power)
    after = softmax(model.predict(images, verbose=0).astype(np.float64))
    by_bayes = before / class_shares(labels, 3) ** power
    np.testing.assert_allclose(after, by_bayes / by_bayes.sum(axis=1, keepdims=True), rtol=1e-4)
