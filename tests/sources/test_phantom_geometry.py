import numpy as np

from dermaflow.sources.phantom_geometry import View, lesion_grid, smooth_step, waves


def test_fields_vary_about_0_by_about_1_at_every_size():
    for scale in (0.07, 0.3, 0.8):
        grid = lesion_grid(96, View(0, 1, (0, 0)))
        fields = np.stack([waves(grid.u, grid.v, scale, np.random.default_rng(seed)) for seed in range(40)])
        assert fields.shape == (40, 96, 96)
        assert abs(fields.mean()) < 0.3
        assert 0.7 < fields.std() < 1.3


def test_a_smooth_step_goes_from_0_to_1():
    assert smooth_step(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), 1, 3).tolist() == [0, 0, 0.5, 1, 1]


def test_a_view_and_its_grid_are_each_others_inverse():
    view = View(angle=0.7, zoom=0.8, shift=(0.3, -0.2))
    grid = lesion_grid(33, view)
    points = np.stack([grid.u[5], grid.v[5]], axis=1).astype(np.float64)
    seen = view.to_picture(points)
    assert np.allclose(seen[:, 0], np.linspace(-1, 1, 33), atol=1e-5)
    assert np.allclose(seen[:, 1], -1 + 5 / 16, atol=1e-5)
