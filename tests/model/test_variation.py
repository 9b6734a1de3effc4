"""Variation in every epoch: within its limits, and only while a network learns."""

from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from dermaflow.core.variation import Limits
from dermaflow.model.backend import keras
from dermaflow.model.variation import RandomLight, RandomTranspose, RandomWindow, varied
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
        ({"max_brightness_change": 0.2}, "vary_light"),
        ({"max_contrast_change": 0.2}, "vary_light"),
        ({"max_colour_change": 0.2}, "vary_light"),
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


@pytest.mark.parametrize(
    ("limit", "enhanced"),
    [
        ("max_brightness_change", ImageEnhance.Brightness),
        ("max_contrast_change", ImageEnhance.Contrast),
        ("max_colour_change", ImageEnhance.Color),
    ],
)
def test_light_reaches_its_limits_to_either_side_as_pillow_has_it_and_not_beyond(limit, enhanced) -> None:
    """Each image is what Pillow makes of it by some factor; the factors are between the limits and reach both."""
    n = 300
    image = drawn()[0].round()
    varied_light = np.asarray(light_of(limit)(np.repeat(image[None], n, axis=0), training=True))
    ends = [np.asarray(enhanced(Image.fromarray(image.astype(np.uint8))).enhance(by), float) for by in (0.8, 1.2)]
    span = (ends[1] - ends[0]).ravel()
    at = ((varied_light - ends[0]).reshape(n, -1) @ span) / (span @ span)
    assert -0.02 < at.min() < 0.05
    assert 0.95 < at.max() < 1.02
    nearest = ends[0] + at[:, None, None, None] * (ends[1] - ends[0])
    assert np.abs(varied_light - nearest).max() < 1.5  # Pillow rounds


def light_of(limit: str) -> RandomLight:
    keras.utils.set_random_seed(5)
    limits = dict.fromkeys(("max_brightness_change", "max_contrast_change", "max_colour_change"), 0.0)
    return RandomLight(tuple({**limits, limit: 0.2}.values()))


def test_light_never_leaves_the_range() -> None:
    images = np.random.default_rng(0).uniform(0, 255, (32, 8, 8, 3)).astype(np.float32)
    out = np.asarray(RandomLight((0.9, 0.9, 0.9))(images, training=True))
    assert out.min() >= 0
    assert out.max() <= 255


def test_a_zoom_shows_no_less_than_its_factor_leaves_and_looks_aside_only_where_it_may() -> None:
    """A ramp from edge to edge: what is seen of it says how much of the side is seen, and where its middle lies."""
    ramp = np.broadcast_to(np.linspace(-1, 1, SIZE_PX)[None, :, None, None], (300, SIZE_PX, SIZE_PX, 3))
    for aside in (0.0, 1.0):
        layer = RandomWindow((0, 1.5, aside))
        out = np.asarray(layer(ramp.astype(np.float32), training=True))[:, :, 0, 0]
        seen, middle = (out[:, -1] - out[:, 0]) / 2, (out[:, -1] + out[:, 0]) / 2
        assert 1 / 1.5 - 1e-3 < seen.min() < 0.69
        assert 0.97 < seen.max() < 1.001
        assert np.abs(middle).max() < 1e-4 if aside == 0 else 0.2 < np.abs(middle).max() < 1 - 1 / 1.5
        assert np.abs(out).max() < 1 + 1e-3  # nothing from beyond an edge


def test_a_rotation_turns_about_the_middle_by_no_more_than_its_limit() -> None:
    """A ramp that is turned is a ramp in the direction it was turned to, its middle where it was."""
    ramp = np.broadcast_to(np.linspace(-1, 1, 25)[None, :, None, None], (300, 25, 25, 1)).astype(np.float32)
    out = np.asarray(RandomWindow((20, 1.0, 0.0))(ramp, training=True))[:, :, :, 0]
    turns = np.degrees(np.arctan2(out[:, 12, 15] - out[:, 12, 9], out[:, 15, 12] - out[:, 9, 12]))
    assert -20.1 < turns.min() < -18
    assert 18 < turns.max() < 20.1
    np.testing.assert_allclose(out[:, 12, 12], 0, atol=1e-5)


def test_the_layers_can_be_saved_and_cloned(tmp_path) -> None:
    made = model_of(max_rotation_deg=20, max_zoom_factor=1.4, max_off_centre_frac=0.5, max_colour_change=0.2)
    made.save(tmp_path / "m.keras")
    for again in (keras.saving.load_model(tmp_path / "m.keras"), keras.models.clone_model(made)):
        assert isinstance(again.get_layer("vary_quarter_turn"), RandomTranspose)
        for name in ("vary_window", "vary_light"):
            assert again.get_layer(name).get_config() == made.get_layer(name).get_config()
