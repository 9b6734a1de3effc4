"""One picture: its shape, its marks, and two views of one lesion."""

import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.sources.offers import MARKER
from dermaflow.sources.phantom_camera import DEVICES, encode
from dermaflow.sources.phantom_drawing import draw
from dermaflow.sources.phantom_geometry import View, lesion_grid, smooth_step, waves
from dermaflow.sources.phantom_layers import dots, hairs, ruler
from dermaflow.sources.phantom_traits import TYPICAL

DEVICE = DEVICES["phantom-a"]


def picture(diagnosis, lesion=1, view=1):
    return draw(TYPICAL[diagnosis], 64, DEVICE, lesion, view)


@pytest.mark.parametrize("diagnosis", TYPICAL)
def test_a_picture_is_planes_of_numbers_from_0_to_1(diagnosis):
    drawn = picture(diagnosis)
    assert drawn.shape == (3, 64, 64)
    assert drawn.dtype == np.float32
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert np.array_equal(drawn, picture(diagnosis))


def test_two_views_of_a_lesion_differ_less_than_two_lesions():
    def tint(lesion, view):
        planes = picture("basal cell carcinoma", lesion, view).mean(axis=(1, 2))
        return planes / planes.sum()

    within = [np.abs(tint(lesion, 1) - tint(lesion, 2)).mean() for lesion in range(20)]
    across = [np.abs(tint(lesion, 1) - tint(lesion + 1, 2)).mean() for lesion in range(20)]
    assert 0 < np.mean(within) < np.mean(across)


def test_typical_melanomas_are_darker_and_vascular_lesions_redder_than_keratoses():
    def means(diagnosis):
        return np.mean([picture(diagnosis, lesion).mean(axis=(1, 2)) for lesion in range(10)], axis=0)

    melanoma, vascular, keratosis = map(means, ("melanoma", "vascular lesion", "actinic keratosis"))
    assert melanoma.mean() < keratosis.mean()
    assert vascular[0] / vascular[1] > keratosis[0] / keratosis[1]


def test_a_file_says_that_it_is_a_phantom():
    image = Image.open(io.BytesIO(encode(picture("nevus"), 90)))
    assert image.info["comment"] == MARKER
    assert image.size == (64, 64)
    assert Image.open(io.BytesIO(encode(picture("nevus"), 90, 50))).size == (50, 50)


def test_a_view_places_marks_where_it_places_the_lesion():
    view = View(angle=0.7, zoom=0.8, shift=(0.3, -0.2))
    grid = lesion_grid(64, view)
    place = np.array([[0.2, -0.4]])
    row, column = np.unravel_index(np.argmin(np.hypot(grid.u - 0.2, grid.v + 0.4)), grid.u.shape)
    mark = dots(64, view.to_picture(place), np.array([0.08]))
    assert mark[row, column] == 1
    assert mark.mean() < 0.02


def test_fields_vary_about_0_by_about_1_at_every_size():
    for scale in (0.07, 0.3, 0.8):
        grid = lesion_grid(96, View(0, 1, (0, 0)))
        fields = np.stack([waves(grid.u, grid.v, scale, np.random.default_rng(seed)) for seed in range(40)])
        assert fields.shape == (40, 96, 96)
        assert abs(fields.mean()) < 0.3
        assert 0.7 < fields.std() < 1.3


def test_a_smooth_step_goes_from_0_to_1():
    assert smooth_step(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), 1, 3).tolist() == [0, 0, 0.5, 1, 1]


def test_hairs_and_a_ruler_leave_most_of_the_picture_free():
    rng = np.random.default_rng(0)
    assert 0 < hairs(96, 8, rng).mean() < 0.3
    assert 0 < ruler(96, rng).mean() < 0.1
    assert hairs(96, 0, rng).max() == 0
