import numpy as np

from dermaflow.sources.phantom_geometry import View, lesion_grid
from dermaflow.sources.phantom_layers import dots, hairs, ruler, scattered, vessels


def test_a_view_places_marks_where_it_places_the_lesion():
    view = View(angle=0.7, zoom=0.8, shift=(0.3, -0.2))
    grid = lesion_grid(64, view)
    place = np.array([[0.2, -0.4]])
    row, column = np.unravel_index(np.argmin(np.hypot(grid.u - 0.2, grid.v + 0.4)), grid.u.shape)
    mark = dots(64, view.to_picture(place), np.array([0.08]))
    assert mark[row, column] == 1
    assert mark.mean() < 0.02


def test_hairs_and_a_ruler_leave_most_of_the_picture_free():
    rng = np.random.default_rng(0)
    assert 0 < hairs(96, 8, rng).mean() < 0.3
    assert 0 < ruler(96, rng).mean() < 0.1
    assert hairs(96, 0, rng).max() == 0


def test_marks_are_scattered_within_their_lesion():
    view = View(angle=1.0, zoom=0.5, shift=(0.2, 0.1))
    places = scattered(200, 0.6, view, np.random.default_rng(1))
    assert np.hypot(*(places - view.shift).T).max() <= 0.5 * 0.6
    assert 0 < vessels(96, 5, 0.6, view, np.random.default_rng(1)).mean() < 0.2
