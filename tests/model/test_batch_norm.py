"""Batch norm in one operation is batch norm."""

from pathlib import Path

import numpy as np
import pytest

from dermaflow.model.backend import keras, tf
from dermaflow.model.batch_norm import FusedBatchNormalization, with_fused_batch_norm


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(7).normal(3.0, 2.0, (5, 6, 4, 3)).astype(np.float32)


def _trained(layer: object, images: np.ndarray) -> list[np.ndarray]:
    """What a layer gives in training, the gradients of a loss that looks at each value, and its weights after it."""
    layer.build(images.shape)  # type: ignore[attr-defined]
    layer.gamma.assign([0.5, 1.0, 2.0])  # type: ignore[attr-defined]
    layer.beta.assign([0.0, 1.0, -1.0])  # type: ignore[attr-defined]
    given = tf.constant(images)
    weighing = tf.constant(np.random.default_rng(8).normal(size=images.shape).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(given)
        plain = tf.cast(layer(given, training=True), tf.float32)  # type: ignore[operator]
        loss = tf.reduce_sum(plain * plain * weighing)
    gradients = tape.gradient(loss, [given, *[weight.value for weight in layer.trainable_weights]])  # type: ignore[attr-defined]
    weights = layer.get_weights()  # type: ignore[attr-defined]
    return [plain.numpy(), *[gradient.numpy() for gradient in gradients], *weights]


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "epsilon": 1e-2}, {"axis": 3}, {"dtype": "mixed_float16"}])
def test_outputs_gradients_and_moving_statistics_are_those_of_keras(
    images: np.ndarray, options: dict[str, object]
) -> None:
    ours = _trained(FusedBatchNormalization(**options), images)
    theirs = _trained(keras.layers.BatchNormalization(**options), images)
    assert len(ours) == len(theirs) == 8
    for fused, composed in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(fused, composed, rtol=1e-4, atol=1e-2 if "dtype" in options else 1e-4)
    assert not np.allclose(ours[-1], 1)  # the moving variance has moved


@pytest.mark.parametrize("options", [{"scale": False}, {"center": False}, {"axis": 1}])
def test_what_it_cannot_fuse_is_left_to_keras(images: np.ndarray, options: dict[str, object]) -> None:
    ours = FusedBatchNormalization(**options)(images, training=True)
    np.testing.assert_array_equal(ours, keras.layers.BatchNormalization(**options)(images, training=True))


def test_without_training_it_is_keras_own(images: np.ndarray) -> None:
    layer = FusedBatchNormalization()
    layer(images, training=True)
    plain = keras.layers.BatchNormalization()
    plain.build(images.shape)
    plain.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(images), plain(images))
    layer.trainable = False
    np.testing.assert_array_equal(layer(images, training=True), plain(images))


def test_a_network_with_it_is_the_same_network(images: np.ndarray, tmp_path: Path) -> None:
    inputs = keras.Input((6, 4, 3))
    x = keras.layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])(inputs / 2.0)
    model = keras.Model(inputs, keras.layers.BatchNormalization(name="bn")(keras.layers.Conv2D(3, 3, name="conv")(x)))
    fused = with_fused_batch_norm(model)
    assert type(fused.get_layer("bn")) is FusedBatchNormalization
    np.testing.assert_array_equal(fused(images), model(images))
    fused.save(tmp_path / "fused.keras")
    loaded = keras.saving.load_model(tmp_path / "fused.keras")
    assert type(loaded.get_layer("bn")) is FusedBatchNormalization
    np.testing.assert_array_equal(loaded(images), model(images))
    model.get_layer("bn").trainable = False
    assert with_fused_batch_norm(model) is model
