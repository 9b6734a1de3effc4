"""The distance grows where nothing was learnt, is the same in NumPy, Keras and ONNX, and survives the smallest data."""

import numpy as np
import onnxruntime
import pytest

from dermaflow.model import familiarity
from dermaflow.model.backend import keras
from dermaflow.model.familiarity import distance_of, familiar_embedding, fit_familiarity, with_distance


def embeddings(n, seed, d=24, shift=0.0):
    """Non-negative activations that lie near a plane of six dimensions, as those of a network do."""
    plane = np.random.default_rng(0).normal(size=(6, d))
    rng = np.random.default_rng(seed)
    return np.maximum(rng.normal(size=(n, 6)) @ plane + rng.normal(scale=0.1, size=(n, d)) + 1 + shift, 0)


def labels(n):
    return np.arange(n) % 3


@pytest.fixture(scope="module")
def familiar():
    return fit_familiarity(embeddings(300, 1), labels(300), embeddings(200, 2))


def model_of(familiar):
    embedding = keras.Input((len(familiar.centre),), name="embedding")
    return keras.Model(embedding, with_distance(embedding, familiar))


def test_99_of_100_validation_images_lie_within_the_distance_1(familiar):
    distance = distance_of(embeddings(200, 2), familiar)
    assert 0.99 <= (distance <= 1).mean() < 1
    assert np.isclose(distance, 1).sum() == 1


def test_what_was_never_seen_lies_further_than_what_was(familiar):
    seen = distance_of(embeddings(200, 3), familiar)
    off_the_plane = distance_of(np.random.default_rng(4).uniform(0, 8, size=(200, 24)), familiar)
    along_it = distance_of(embeddings(200, 5, shift=8.0), familiar)
    assert np.quantile(seen, 0.95) < off_the_plane.min()
    assert np.quantile(seen, 0.95) < along_it.min()


def test_a_rare_diagnosis_is_as_familiar_as_a_common_one():
    rare = embeddings(10, 6, shift=2.0)
    train, diagnosis = np.concatenate([embeddings(300, 1), rare]), np.repeat([0, 1], [300, 10])
    more = embeddings(50, 7, shift=2.0)
    weighed = fit_familiarity(train, diagnosis, embeddings(200, 2))
    as_they_come = fit_familiarity(train, np.zeros_like(diagnosis), embeddings(200, 2))
    assert distance_of(more, weighed).mean() < 0.8 * distance_of(more, as_they_come).mean()


def test_the_same_images_give_the_same_arrays(familiar):
    again = fit_familiarity(embeddings(300, 1), labels(300), embeddings(200, 2))
    assert {name: np.asarray(value).tobytes() for name, value in vars(again).items()} == {
        name: np.asarray(value).tobytes() for name, value in vars(familiar).items()
    }


def test_keras_gives_the_same_distance_as_numpy_and_none_of_its_layers_trains(familiar):
    model = model_of(familiar)
    rows = np.concatenate([embeddings(50, 3), embeddings(50, 3) * 100]).astype(np.float32)
    distance = model.predict(rows, verbose=0)
    assert distance.shape == (100,)
    assert distance.dtype == np.float32
    np.testing.assert_allclose(distance, distance_of(rows, familiar), rtol=1e-4)
    assert not model.trainable_weights


def test_the_distance_is_float32_in_a_model_of_mixed_precision(familiar):
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        model = model_of(familiar)
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    rows = embeddings(20, 3).astype(np.float32)
    np.testing.assert_allclose(model.predict(rows, verbose=0), distance_of(rows, familiar), rtol=1e-4)


def test_a_saved_model_gives_the_same_distance_without_code_of_ours(familiar, tmp_path):
    model, rows = model_of(familiar), embeddings(20, 3).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.predict(rows, verbose=0), model.predict(rows, verbose=0))


def test_onnx_gives_the_same_distance(familiar, tmp_path):
    model, rows = model_of(familiar), np.concatenate([embeddings(20, 3), embeddings(20, 3) * 100]).astype(np.float32)
    expected = model.predict(rows, verbose=0)
    model.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (distance,) = session.run(None, {session.get_inputs()[0].name: rows})
    np.testing.assert_allclose(distance, expected, rtol=1e-4)


def test_twelve_training_images_and_one_validation_image_are_enough():
    familiar = fit_familiarity(embeddings(12, 1, d=128), labels(12), embeddings(1, 2, d=128))
    assert familiar.directions.shape == (128, 11)
    assert distance_of(embeddings(1, 2, d=128), familiar) == pytest.approx(1.0)
    far = model_of(familiar).predict(embeddings(9, 3, d=128, shift=1e3).astype(np.float32), verbose=0)
    assert np.isfinite(far).all()
    assert far.min() > 1


def test_an_embedding_of_one_number_has_a_distance():
    familiar = fit_familiarity(np.arange(9.0)[:, np.newaxis], labels(9), np.array([[4.0], [9.0]]))
    np.testing.assert_allclose(distance_of(np.array([[4.0], [9.0], [14.0]]), familiar), [0.0, 1.0, 2.0], atol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 3.7])
def test_an_embedding_that_never_varies_gives_numbers(constant):
    rows = np.full((12, 8), constant)
    familiar = fit_familiarity(rows, labels(12), rows[:3])
    asked = np.concatenate([rows[:1], rows[:1] + 1e3]).astype(np.float32)
    same, other = model_of(familiar).predict(asked, verbose=0)
    assert same <= 1
    assert other > 1
    assert np.isfinite(other)


def test_an_activation_that_training_never_shows_makes_an_image_unfamiliar():
    train, validation = embeddings(300, 1), embeddings(200, 2)
    train[:, 5] = validation[:, 5] = 0
    fitted = fit_familiarity(train, labels(300), validation)
    dead, awake = embeddings(2, 3)[:1], embeddings(2, 3)[:1]
    dead[:, 5], awake[:, 5] = 0, 4
    assert distance_of(dead, fitted) < 1 < distance_of(awake, fitted)


def test_the_embedding_is_the_pooled_middle_join_of_those_that_step_over_16_pixels():
    network = keras.applications.MobileNetV2(input_shape=(64, 64, 3), include_top=False, weights=None, alpha=0.35)
    images = np.random.default_rng(1).uniform(-1, 1, (2, 64, 64, 3)).astype(np.float32)
    joined = keras.Model(network.input, network.get_layer("block_9_add").output).predict(images, verbose=0)
    assert joined.shape[1:3] == (4, 4)
    pooled = keras.Model(network.input, familiar_embedding(network)).predict(images, verbose=0)
    np.testing.assert_allclose(pooled, joined.mean(axis=(1, 2)), rtol=1e-4, atol=1e-5)


def test_a_network_without_joins_gives_the_last_layer_of_each_resolution():
    image = keras.Input((64, 64, 3))
    fine = keras.layers.Conv2D(2, 3, padding="same", name="a")(keras.layers.Rescaling(1 / 255)(image))
    coarse = keras.layers.Conv2D(5, 3, padding="same", name="b")(keras.layers.MaxPooling2D(4)(fine))
    too_coarse = keras.layers.MaxPooling2D(16)(coarse)
    network = keras.Model(image, keras.layers.Flatten()(too_coarse))
    images = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    maps = keras.Model(image, [fine, coarse]).predict(images, verbose=0)
    expected = np.concatenate([each.mean(axis=(1, 2)) for each in maps], axis=1)
    pooled = keras.Model(image, familiar_embedding(network)).predict(images, verbose=0)
    np.testing.assert_allclose(pooled, expected, rtol=1e-4, atol=1e-5)


def test_a_network_without_maps_is_refused():
    rows = keras.Input((8,))
    with pytest.raises(ValueError, match="expected layers with maps"):
        familiar_embedding(keras.Model(rows, keras.layers.Dense(2)(rows)))


@pytest.mark.parametrize(
    ("train", "diagnosis", "validation", "message"),
    [
        (np.ones((4, 3)), labels(4), np.ones((4, 2)), r"received \(4, 3\) and \(4, 2\)"),
        (np.ones((4, 3)), labels(3), np.ones((4, 3)), "a label for each of 4"),
        (np.ones((1, 3)), labels(1), np.ones((4, 3)), "received 1 and 4"),
        (np.ones((4, 3)), labels(4), np.ones((0, 3)), "received 4 and 0"),
        (np.full((4, 3), np.nan), labels(4), np.ones((4, 3)), "the network is broken"),
    ],
)
def test_what_cannot_be_fitted_is_refused(train, diagnosis, validation, message):
    with pytest.raises(ValueError, match=message):
        fit_familiarity(train, diagnosis, validation)


def test_whitening_is_bounded(familiar):
    assert familiar.variances.min() >= familiarity.SMALLEST_VARIANCE
    assert familiar.rest >= familiarity.SMALLEST_VARIANCE
