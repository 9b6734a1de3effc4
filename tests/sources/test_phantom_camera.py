import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.sources.offers import MARKER
from dermaflow.sources.phantom_camera import DEVICES, encode, mix, photograph

GREY = np.full((3, 64, 64), 0.6, np.float32)


def test_a_file_says_that_it_is_a_phantom():
    image = Image.open(io.BytesIO(encode(GREY, 90)))
    assert image.info["comment"] == MARKER
    assert image.size == (64, 64)
    assert Image.open(io.BytesIO(encode(GREY, 90, 50))).size == (50, 50)


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_a_photograph_is_the_same_for_the_same_draw_and_stays_between_0_and_1(device):
    first, second = (photograph(GREY, device, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.min() >= 0
    assert first.max() <= 1


def test_the_second_device_darkens_the_corners_more_than_the_first():
    corners = {
        name: np.mean([photograph(GREY, device, np.random.default_rng(n))[:, :6, :6] for n in range(8)])
        for name, device in DEVICES.items()
    }
    assert corners["phantom-b"] < corners["phantom-a"] - 0.1


def test_a_share_of_0_keeps_the_picture_and_a_share_of_1_replaces_it():
    share = np.zeros((64, 64), np.float32)
    share[:32] = 1
    mixed = mix(GREY, (0.1, 0.2, 0.3), share)
    assert np.allclose(mixed[:, 0, 0], (0.1, 0.2, 0.3))
    assert np.array_equal(mixed[:, 32:], GREY[:, 32:])
