"""One picture: its shape, its marks, and two views of one lesion."""

import numpy as np
import pytest

from dermaflow.sources.phantom_camera import DEVICES
from dermaflow.sources.phantom_drawing import draw
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
