"""Views of an image: mirrored, turned, magnified."""

import numpy as np
import pytest
from PIL import Image

from dermaflow.model.backend import keras
from dermaflow.model.params import TrainParams
from dermaflow.model.views import TURNS, first_view, looking_closer, mean_of_views, turned, views_of, zoomed


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3), dtype=np.uint8)


def test_the_eight_turns_are_the_mirrorings_and_quarter_turns_of_a_square() -> None:
    image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2, 1)
    seen = {tuple(view.ravel()) for view in turned(image, 8)}
    quarters = [np.rot90(image, quarter, axes=(1, 2)) for quarter in range(4)]
    assert seen == {tuple(each.ravel()) for turn in quarters for each in (turn, turn[:, :, ::-1])}
    np.testing.assert_array_equal(turned(image, 1)[0], image)
    assert len(TURNS) == 8


def test_the_middle_is_magnified_as_pillow_does_it(images: np.ndarray) -> None:
    got = np.asarray(zoomed(images.astype(np.float32), 1.5))  # 16 of 24 pixels
    middles = [Image.fromarray(each).crop((4, 4, 20, 20)) for each in images]
    expected = [middle.resize((24, 24), Image.Resampling.BILINEAR) for middle in middles]
    np.testing.assert_allclose(got, np.stack([np.asarray(each) for each in expected]), atol=1.001)  # which rounds twice


@pytest.mark.parametrize("zoom", [1, 1.01])
def test_less_than_a_pixel_is_left_out(images: np.ndarray, zoom: float) -> None:
    assert zoomed(images, zoom) is images


def test_it_does_not_matter_which_comes_first_turning_or_magnifying(images: np.ndarray) -> None:
    pixels = images.astype(np.float32)
    closer = np.asarray(zoomed(pixels, 1.3))
    for first, after in zip(turned(pixels, 8), turned(closer, 8), strict=True):
        np.testing.assert_allclose(zoomed(np.ascontiguousarray(first), 1.3), after, atol=1e-3)


def test_views_lie_one_below_the_other_the_image_as_it_is_first(images: np.ndarray, params: TrainParams) -> None:
    asked = params.model_copy(update={"views": 2, "zooms": [1.3, 1.5]})
    pixels = images.astype(np.float32)
    views = np.asarray(views_of(pixels, asked)).reshape(6, *pixels.shape)
    np.testing.assert_array_equal(views[:2], turned(pixels, 2))
    np.testing.assert_array_equal(views[5], turned(np.asarray(zoomed(pixels, 1.5)), 2)[1])
    one = views_of(pixels, params)
    np.testing.assert_array_equal(one, pixels)


def test_of_views_the_mean_and_the_first() -> None:
    values = np.arange(12, dtype=np.float32).reshape(6, 2)  # three views of two images
    np.testing.assert_array_equal(mean_of_views(values, 3), values.reshape(3, 2, 2).mean(axis=0))
    np.testing.assert_array_equal(first_view(values, 3), values[:2])
    assert mean_of_views(values, 1) is values
    assert first_view(values, 1) is values


def test_a_model_that_looks_closer_sees_what_is_magnified(images: np.ndarray) -> None:
    image = keras.Input((24, 24, 3))
    model = keras.Model(image, keras.layers.Flatten()(image))
    got = looking_closer(model, 1.5).predict(images, verbose=0)
    np.testing.assert_allclose(got, np.asarray(zoomed(images.astype(np.float32), 1.5)).reshape(3, -1), atol=1e-3)
    assert looking_closer(model, 1) is model
