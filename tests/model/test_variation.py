"""Variation in every epoch: within its limits, and only while a network learns."""

from collections.abc import Iterator

import numpy as np
import pytest

from dermaflow.core.variation import Limits
from dermaflow.model.backend import keras
from dermaflow.model.variation import RandomTranspose, RandomWindow, varied
from tests.core.test_variation import STILL

SIZE_PX = 24


def model_of(**limits: float) -> keras.Model:
    keras.utils.set_random_seed(5)
    image = keras.Input((SIZE_PX, SIZE_PX, 3))
    return keras.Model(image, varied(image, Limits(**{**STILL, **limits})))


def drawn(n: int = 1) -> np.ndarray:
    """The same image n times: uneven and of moderate colours, so that nothing is clipped."""
    one = np.random.default_rng(0).uniform(80, 140, (1, SIZE_PX, SIZE_PX, 3)) + np.array([30, 0, -20])
    return np.repeat(one, n, axis=0).astype(np.float32)


def laid(image: np.ndarray) -> Iterator[np.ndarray]:
    """All eight ways to lay a square."""
    for turns in range(4):
        turned = np.rot90(image, turns)
        yield turned
        yield turned[:, ::-1]


def test_without_limits_an_image_is_laid_in_all_eight_ways_and_nothing_else() -> None:
    images = drawn(64)
    out = np.asarray(model_of()(images, training=True))
    ways = np.stack(list(laid(images[0])))
    which = [np.abs(ways - one).max(axis=(1, 2, 3)) < 1e-3 for one in out]
    assert all(found.sum() == 1 for found in which)
    assert np.stack(which).any(axis=0).all()


@pytest.mark.parametrize(
    ("limit", "layer"),
    [
        ({"max_rotation_deg": 20}, "vary_window"),
        ({"max_zoom_factor": 1.4}, "vary_window"),
        ({"max_zoom_factor": 1.4, "max_off_centre_frac": 0.5}, "vary_window"),
        ({"max_brightness_change": 0.2}, "vary_brightness"),
        ({"max_contrast_change": 0.2}, "vary_contrast"),
        ({"max_colour_change": 0.2}, "vary_colour"),
    ],
)
def test_each_limit_lets_images_vary_each_otherwise_and_never_one_that_is_asked_about(limit, layer) -> None:
    model, images = model_of(**limit), drawn(8)
    assert layer in [each.name for each in model.layers]
    assert layer not in [each.name for each in model_of().layers]
    np.testing.assert_array_equal(model(images, training=False), images)
    out = np.asarray(model(images, training=True))
    assert out.min() >= 0
    assert out.max() <= 255
    far = [np.abs(np.stack(list(laid(images[0]))) - one).max(axis=(1, 2, 3)).min() for one in out]
    assert len(np.unique(np.round(far, 3))) == len(images)  # from the nearest way to lay it


def light(images: np.ndarray) -> np.ndarray:
    return np.asarray(images).mean(axis=(1, 2, 3))


def spread(images: np.ndarray) -> np.ndarray:
    return np.asarray(images).std(axis=(1, 2)).mean(axis=1)


def saturation(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    return (1 - images.min(axis=3) / images.max(axis=3)).mean(axis=(1, 2))


@pytest.mark.parametrize(
    ("limit", "measured"),
    [("max_contrast_change", spread), ("max_colour_change", saturation)],
)
def test_contrast_and_colour_reach_their_limits_to_either_side_and_not_beyond(limit, measured) -> None:
    images = drawn(200)
    change = measured(model_of(**{limit: 0.2})(images, training=True)) / measured(images)
    assert 0.795 < change.min() < 0.83
    assert 1.17 < change.max() < 1.205


def test_brightness_changes_by_its_share_of_the_whole_range_and_colour_leaves_the_brightest_channel() -> None:
    images = drawn(200)
    change = (light(model_of(max_brightness_change=0.2)(images, training=True)) - light(images)) / 255
    assert -0.205 < change.min() < -0.17
    assert 0.17 < change.max() < 0.205
    coloured = np.asarray(model_of(max_colour_change=0.2)(images, training=True)).max(axis=3)
    np.testing.assert_allclose(np.sort(coloured.ravel()), np.sort(images.max(axis=3).ravel()), rtol=1e-4)


def test_a_zoom_shows_no_less_than_its_factor_leaves_and_looks_aside_only_where_it_may() -> None:
    """A ramp from edge to edge: what is seen of it says how much of the side is seen, and where its middle lies."""
    ramp = np.broadcast_to(np.linspace(-1, 1, SIZE_PX)[None, :, None, None], (300, SIZE_PX, SIZE_PX, 3))
    for aside in (0.0, 1.0):
        layer = RandomWindow(0, 1.5, aside)
        out = np.asarray(layer(ramp.astype(np.float32), training=True))[:, :, 0, 0]
        seen, middle = (out[:, -1] - out[:, 0]) / 2, (out[:, -1] + out[:, 0]) / 2
        assert 1 / 1.5 - 1e-3 < seen.min() < 0.69
        assert 0.97 < seen.max() < 1.001
        assert np.abs(middle).max() < 1e-4 if aside == 0 else 0.2 < np.abs(middle).max() < 1 - 1 / 1.5
        assert np.abs(out).max() < 1 + 1e-3  # nothing from beyond an edge


def test_a_rotation_turns_about_the_middle_by_no_more_than_its_limit() -> None:
    """A ramp that is turned is a ramp in the direction it was turned to, its middle where it was."""
    ramp = np.broadcast_to(np.linspace(-1, 1, 25)[None, :, None, None], (300, 25, 25, 1)).astype(np.float32)
    out = np.asarray(RandomWindow(20, 1.0, 0.0)(ramp, training=True))[:, :, :, 0]
    turns = np.degrees(np.arctan2(out[:, 12, 15] - out[:, 12, 9], out[:, 15, 12] - out[:, 9, 12]))
    assert -20.1 < turns.min() < -18
    assert 18 < turns.max() < 20.1
    np.testing.assert_allclose(out[:, 12, 12], 0, atol=1e-5)


def test_the_layers_can_be_saved_and_cloned(tmp_path) -> None:
    made = model_of(max_rotation_deg=20, max_zoom_factor=1.4, max_off_centre_frac=0.5)
    made.save(tmp_path / "m.keras")
    for again in (keras.saving.load_model(tmp_path / "m.keras"), keras.models.clone_model(made)):
        assert isinstance(again.get_layer("vary_quarter_turn"), RandomTranspose)
        assert again.get_layer("vary_window").get_config() == made.get_layer("vary_window").get_config()
