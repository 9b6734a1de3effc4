"""Grad-CAM on networks whose reasons are known, because their weights were set by hand."""

import numpy as np
import pytest

from dermaflow.core.errors import DermaflowError
from dermaflow.model.archive import save_model
from dermaflow.model.backend import keras, tf
from dermaflow.model.explanation import explained, heat_maps

SIZE = 24
layers = keras.layers


def spotted(row, column, channel):
    """A black image with one bright spot of 4×4 pixels of one colour."""
    image = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
    image[row : row + 4, column : column + 4, channel] = 255
    return image


def by_colour(sharpness=4.0, *, nested=False):
    """Class 0 is red, 1 green, 2 blue, each seen by a filter of its own; beside it a distance with its own filters."""
    image = keras.Input((SIZE, SIZE, 3), name="image")
    scaled = layers.Rescaling(1 / 255)(image)
    seen = layers.Conv2D(3, 1, strides=2, use_bias=False, name="seen")
    if nested:
        inner = keras.Input((SIZE, SIZE, 3))
        features = keras.Model(inner, seen(inner), name="backbone")(scaled)
    else:
        features = seen(scaled)
    other = layers.Conv2D(2, 3, name="other")(scaled)
    pooled = layers.GlobalAveragePooling2D()(features)
    probabilities = layers.Dense(3, "softmax", name="probabilities", use_bias=False)
    distance = layers.Dense(1)(layers.GlobalMaxPooling2D()(layers.Conv2D(1, 3)(other)))
    outputs = [probabilities(pooled), layers.Reshape((), name="distance")(distance)]
    model = keras.Model(image, outputs)
    seen.set_weights([np.eye(3).reshape(1, 1, 3, 3)])
    probabilities.set_weights([np.eye(3) * sharpness])
    return model


def test_the_map_is_hot_where_the_evidence_lies_and_nowhere_else():
    images = np.stack([spotted(4, 16, 0), spotted(16, 4, 2)])
    maps = heat_maps(by_colour(), images, [0, 2])
    assert maps.shape == (2, 12, 12)
    expected = np.zeros((2, 12, 12))
    expected[0, 2:4, 8:10] = 1
    expected[1, 8:10, 2:4] = 1
    np.testing.assert_allclose(maps, expected, atol=1e-6)


def test_what_else_a_model_takes_is_not_stated_to_it():
    """The map shows what the image says."""
    image = keras.Input((SIZE, SIZE, 3), name="image")
    stated = keras.Input((2,), name="clinical")
    probabilities, distance = by_colour()(image)
    told = layers.Identity(name="probabilities")(layers.Softmax()(keras.ops.log(probabilities) + keras.ops.sum(stated)))
    model = keras.Model([image, stated], [told, layers.Identity(name="distance")(distance)])
    images = np.stack([spotted(4, 16, 0), spotted(16, 4, 2)])
    np.testing.assert_allclose(heat_maps(model, images, [0, 2]), heat_maps(by_colour(), images, [0, 2]), atol=1e-5)


def test_evidence_for_another_diagnosis_leaves_the_map_empty():
    assert not heat_maps(by_colour(), spotted(4, 4, 0)[np.newaxis], [1]).any()


def test_a_sure_network_has_a_map_as_well():
    """A probability of 1 in float32 has the gradient 0."""
    model = by_colour(sharpness=3000.0)
    image = spotted(4, 16, 0)[np.newaxis]
    assert model.predict(image, verbose=0)[0][0, 0] == 1
    assert heat_maps(model, image, [0])[0, 2:4, 8:10].min() == 1


def test_a_backbone_that_is_a_model_within_the_model_makes_no_difference():
    images = np.stack([spotted(0, 8, 1), spotted(12, 12, 1)])
    np.testing.assert_array_equal(
        heat_maps(by_colour(), images, [1, 1]), heat_maps(by_colour(nested=True), images, [1, 1])
    )


def test_the_map_is_the_one_of_the_paper():
    """Selvaraju et al. 2017, equations 1 and 2, with a gradient tape; the score: the softmax's input less its mean."""
    keras.utils.set_random_seed(3)
    blocks = [layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(), layers.Conv2D(8, 3, activation="relu")]
    top = [layers.MaxPooling2D(), layers.Dropout(0.3), layers.Flatten(), layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), layers.Rescaling(1 / 255), *blocks, *top])
    images = np.random.default_rng(1).integers(0, 256, (4, SIZE, SIZE, 3), dtype=np.uint8)
    last = next(layer for layer in reversed(model.layers) if len(layer.output.shape) == 4)
    head = [layer for layer in model.layers[model.layers.index(last) + 1 :] if layer is not model.layers[-1]]
    activations = keras.Model(model.inputs, last.output)(images.astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(activations)
        hidden = activations
        for layer in head:
            hidden = layer(hidden, training=False)
        kernel, bias = model.layers[-1].weights
        logits = tf.matmul(hidden, kernel) + bias
        score = logits[:, 1] - tf.reduce_mean(logits, axis=1)
    weights = tf.reduce_mean(tape.gradient(score, activations), axis=(1, 2), keepdims=True)
    expected = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1)).numpy()
    largest = expected.max(axis=(1, 2), keepdims=True)
    assert largest.max() > 0
    expected = np.divide(expected, largest, out=np.zeros_like(expected), where=largest > 0)
    np.testing.assert_allclose(heat_maps(model, images, [1] * 4), expected, atol=1e-5)


def test_a_frozen_backbone_of_keras_applications_can_be_explained():
    backbone = keras.applications.MobileNetV2(
        include_top=False, weights=None, alpha=0.35, input_shape=(64, 64, 3), pooling="avg"
    )
    backbone.trainable = False
    image = keras.Input((64, 64, 3), name="image")
    embedding = backbone(layers.Rescaling(1 / 127.5, -1)(image))
    model = keras.Model(image, layers.Dense(4, "softmax", name="probabilities", trainable=False)(embedding))
    images = np.repeat(np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), dtype=np.uint8), 4, axis=0)
    maps = heat_maps(model, images, [0, 1, 2, 3])
    assert maps.shape == (4, 2, 2)
    assert set(maps.max(axis=(1, 2))) <= {0.0, 1.0}
    assert maps.any()


def test_of_several_views_the_map_is_that_of_the_image_as_it_is():
    one, image = by_colour(), keras.Input((SIZE, SIZE, 3), name="image")
    core = keras.Model(one.inputs, one.get_layer("probabilities").output)
    both = core(keras.ops.concatenate([image, image[:, ::-1]]))
    mean = keras.ops.mean(keras.ops.reshape(both, (2, -1, 3)), axis=0)
    views = keras.Model(image, keras.layers.Identity(name="probabilities")(mean))
    images = np.stack([spotted(4, 16, 0), spotted(16, 4, 2)])
    np.testing.assert_allclose(heat_maps(views, images, [0, 2]), heat_maps(one, images, [0, 2]), atol=1e-6)


def test_a_network_without_convolutions_has_no_map():
    flat = [layers.Rescaling(1 / 255), layers.GlobalAveragePooling2D(), layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), *flat])
    assert heat_maps(model, spotted(0, 0, 0)[np.newaxis], [0]) is None


def test_each_image_needs_its_class():
    with pytest.raises(ValueError, match="a class for each of at least 1 image, received 1 and 2"):
        heat_maps(by_colour(), spotted(0, 0, 0)[np.newaxis], [0, 1])


def test_a_saved_model_gives_the_same_map_bit_for_bit(tmp_path):
    model, image = by_colour(), spotted(8, 8, 1)[np.newaxis]
    save_model(model, tmp_path / "model.keras")
    again = explained(tmp_path / "model.keras", image, [1])
    assert again.tobytes() == heat_maps(model, image, [1]).tobytes()


def test_a_file_that_holds_no_model_is_named(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"nothing")
    with pytest.raises(DermaflowError, match=r"model.keras: expected a Keras model.*`dvc checkout` restores it"):
        explained(tmp_path / "model.keras", spotted(0, 0, 0)[np.newaxis], [0])
