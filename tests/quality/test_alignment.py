import numpy as np
import pytest
from PIL import Image

from dermaflow.quality.alignment import likeness
from dermaflow.quality.perceptual import THUMBNAIL_BYTES, luminance, thumbnail_of


def drawn(*images):
    data = b"".join(thumbnail_of(image) for image in images)
    return luminance(np.frombuffer(data, np.uint8).reshape(-1, THUMBNAIL_BYTES))


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_a_picture_is_like_itself_in_every_orientation(turn, draw):
    image = draw(3)
    other = image if turn is None else image.transpose(turn)
    assert likeness(drawn(image), drawn(other))[0] > 0.999


def test_a_crop_is_stretched_back(draw):
    image = draw(3, 200, 200)
    assert likeness(drawn(image), drawn(image.crop((10, 2, 192, 200))))[0] > 0.97


def test_strangers_are_not_alike_and_neither_are_flat_pictures(draw):
    strangers = likeness(drawn(*(draw(seed) for seed in range(20))), drawn(*(draw(seed) for seed in range(20, 40))))
    assert strangers.max() < 0.5
    flat = drawn(Image.new("RGB", (64, 64), "white"))
    assert likeness(flat, flat)[0] == 0


def test_it_does_not_matter_which_comes_first_or_who_else_is_compared(draw):
    one, other = drawn(draw(1)), drawn(draw(1, 80, 120))
    both = likeness(np.concatenate([one, drawn(draw(5))]), np.concatenate([other, drawn(draw(6))]))
    assert both[0] == pytest.approx(likeness(one, other)[0], abs=1e-4)
    assert likeness(other, one)[0] == pytest.approx(both[0], abs=0.01)


def test_no_pair_gives_no_likeness():
    assert likeness(np.empty((0, 32, 32), np.float32), np.empty((0, 32, 32), np.float32)).shape == (0,)
