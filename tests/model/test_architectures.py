"""What each network takes and gives, and where it is cut in two."""

from pathlib import Path

import numpy as np
import pytest

from dermaflow.core.errors import TrainingError
from dermaflow.model.architectures import build
from dermaflow.model.backend import keras, make_deterministic
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Labelled
from dermaflow.model.variation import RandomWindow
from tests.model.conftest import LIMITS


def test_the_cnn_takes_bytes_and_gives_a_logit_a_class(params: TrainParams, train: Labelled) -> None:
    network = build(params, 3)
    assert network.trunk is None
    assert network.learnt.output_shape == (None, 3)
    assert network.learnt.get_layer("to_0_1").scale == 1 / 255
    as_float = network.learnt.predict(train.inputs.astype(np.float32), verbose=0)
    np.testing.assert_array_equal(network.learnt.predict(train.inputs, verbose=0), as_float)


def test_trunk_and_learnt_part_are_the_whole_network(tuned: TrainParams) -> None:
    make_deterministic(7)
    trunk, learnt = build(tuned, 2)
    whole = build(tuned.model_copy(update={"cache_trunk": False}), 2).learnt
    whole.get_layer("logits").set_weights(learnt.get_layer("logits").get_weights())
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.float32)
    by_parts = learnt.predict(trunk.predict(images, verbose=0), verbose=0)
    np.testing.assert_allclose(whole.predict(images, verbose=0), by_parts, atol=1e-5)


def test_what_is_frozen_cannot_be_trained_and_batch_norm_keeps_its_statistics(tuned: TrainParams) -> None:
    trunk, learnt = build(tuned, 2)
    assert trunk.trainable_weights == []
    kinds = {layer.name: layer for layer in learnt.layers}
    assert kinds["Conv_1"].trainable
    assert not kinds["Conv_1_bn"].trainable
    moving = build(tuned.model_copy(update={"frozen_batch_norm": False}), 2).learnt
    assert moving.get_layer("Conv_1_bn").trainable


def test_frozen_layers_drop_nothing_even_where_they_are_run_in_every_epoch(tuned: TrainParams, tmp_path: Path) -> None:
    file = tmp_path / "drawn.weights.h5"
    keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(32, 32, 3)).save_weights(file)
    changes = {"architecture": "EfficientNetB0", "weights": str(file), "backbone_options": {}, "cache_trunk": False}
    learnt = build(tuned.model_copy(update={**changes, "frozen_through": "block3a_project_bn"}), 2).learnt
    assert learnt.get_layer("block2b_drop").rate == 0
    assert learnt.get_layer("block3b_drop").rate > 0
    assert learnt.get_layer("dropout").rate == tuned.dropout


def test_the_whole_backbone_can_be_frozen(tuned: TrainParams) -> None:
    trunk, learnt = build(tuned.model_copy(update={"frozen_through": "all"}), 2)
    assert trunk.output_shape == (None, 1, 1, 1280)
    assert [layer.name for layer in learnt.layers if layer.weights] == ["logits"]


def test_nothing_is_cut_where_images_vary_or_no_weights_are_given(tuned: TrainParams) -> None:
    varied = build(tuned.model_copy(update={"on_the_fly": True}), 2, LIMITS)
    assert varied.trunk is None
    assert isinstance(varied.learnt.get_layer("vary_window"), RandomWindow)
    assert not varied.learnt.get_layer("Conv1").trainable
    assert build(tuned.model_copy(update={"weights": "none"}), 2).trunk is None


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "block_99_add",
            r"expected blank, all or a layer of MobileNetV2, received 'block_99_add'; its layers are image",
        ),
        ("block_2_expand", r"layers after 'block_2_expand' also need what comes before it"),
    ],
)
def test_a_cut_that_cannot_be_made_is_explained(tuned: TrainParams, layer: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        build(tuned.model_copy(update={"frozen_through": layer}), 2)
