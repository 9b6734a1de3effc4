import numpy as np
import pytest
from PIL import Image

from dermaflow.quality.perceptual import SIDE_PX, THUMBNAIL_BYTES, descriptors, features, luminance, thumbnail_of


def thumbnails(*images):
    return np.frombuffer(b"".join(map(thumbnail_of, images)), np.uint8).reshape(-1, THUMBNAIL_BYTES)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
@pytest.mark.parametrize("size", [(1, 1), (33, 400)])
def test_a_thumbnail_has_one_size_whatever_the_picture(mode, size):
    assert len(thumbnail_of(Image.new(mode, size))) == THUMBNAIL_BYTES


def test_luminance_and_colour_stand_in_their_planes():
    red = thumbnails(Image.new("RGB", (50, 50), (255, 0, 0)))
    assert luminance(red).shape == (1, SIDE_PX, SIDE_PX)
    assert luminance(red).mean() == pytest.approx(76, abs=1)  # ITU-R BT.601: 0.299 of 255
    assert red[0, -1] > 200  # Cr


@pytest.mark.parametrize("turn", Image.Transpose)
def test_a_descriptor_does_not_see_orientation(turn, draw):
    image = draw(2, 128, 128)
    one, other, stranger = descriptors(thumbnails(image, image.transpose(turn), draw(3, 128, 128)))
    assert np.linalg.norm(one - other) < 1
    assert np.linalg.norm(one - stranger) > 10


def test_features_are_drawn_image_by_image_in_order(draw):
    images = [draw(seed) for seed in range(5)]
    alone = np.concatenate([features(thumbnails(image)) for image in images])
    assert np.allclose(features(thumbnails(*images)), alone, atol=1e-4)


def test_no_image_has_no_descriptor():
    assert len(descriptors(thumbnails())) == 0
