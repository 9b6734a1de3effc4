"""Which layers are trained when, and how fast."""

import pytest

from dermaflow.model.architectures import build
from dermaflow.model.backend import keras
from dermaflow.model.params import TrainParams
from dermaflow.model.phases import begins_phase, head_epochs, start_phase, tuned_layers


def trained(model: object) -> set[str]:
    return {layer.name for layer in model.layers if layer.trainable_weights}  # type: ignore[attr-defined]


def test_the_classifier_is_trained_alone_first_then_what_is_tuned(tuned: TrainParams) -> None:
    model = build(tuned, 2).learnt
    layers = tuned_layers(model)
    start_phase(model, 1, 64, tuned, layers)
    assert trained(model) == {"logits"}
    assert float(model.optimizer.learning_rate) == pytest.approx(tuned.head_learning_rate)
    start_phase(model, 2, 64, tuned, layers)
    assert {"Conv_1", "block_14_expand", "logits"} < trained(model)
    assert not any(name.endswith("BN") for name in trained(model))
    assert float(model.optimizer.learning_rate) == pytest.approx(tuned.learning_rate)


def test_a_network_without_given_weights_has_one_phase(params: TrainParams) -> None:
    eager = params.model_copy(update={"head_epochs": 2})
    assert head_epochs(eager) == 0
    assert [begins_phase(epoch, eager) for epoch in (1, 2, 3)] == [True, False, False]
    model = build(eager, 2).learnt
    start_phase(model, 1, 64, eager, tuned_layers(model))
    assert trained(model) == {"conv_1", "conv_2", "embedding", "logits"}


def test_the_cosine_rises_to_its_peak_and_falls_to_next_to_nothing(params: TrainParams) -> None:
    cosine = params.model_copy(update={"schedule": "cosine", "batch_size": 8, "epochs": 10})
    model = build(cosine, 2).learnt
    start_phase(model, 1, 80, cosine, tuned_layers(model))
    schedule = model.optimizer._learning_rate
    assert isinstance(schedule, keras.optimizers.schedules.CosineDecay)
    rates = [float(schedule(step)) for step in range(101)]
    assert rates.index(max(rates)) == 10
    assert max(rates) == pytest.approx(cosine.learning_rate)
    assert rates[100] == pytest.approx(cosine.learning_rate / 100, rel=0.01)
