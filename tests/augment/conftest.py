"""Parameters and pictures for the tests of augmentation."""

import numpy as np
import pytest

from dermaflow.augment.params import AugmentParams


@pytest.fixture
def params():
    return AugmentParams(
        images_per_class=0,
        copies_per_image=0,
        max_rotation_deg=20,
        max_zoom_factor=1.2,
        max_off_centre_frac=0.0,
        max_brightness_change=0.2,
        max_contrast_change=0.0,
        max_colour_change=0.0,
        seed=7,
    )


@pytest.fixture
def lesion():
    """A dark ellipse on skin, off the middle and without symmetry: uint8, shape (60, 80, 3)."""
    y, x = np.mgrid[:60, :80]
    inside = ((x - 30) / 22) ** 2 + ((y - 35) / 14) ** 2 < 1
    image = np.where(inside[..., None], (120, 70, 50), (225, 180, 165))
    return (image + (x % 7)[..., None]).astype(np.uint8)
