import numpy as np
import pytest
from PIL import Image, ImageDraw

from dermaflow.quality.appearance import glance_of
from dermaflow.quality.border import border_of


def border(image: Image.Image):
    return border_of(glance_of(image))


def test_what_lies_inside_the_ring_is_not_seen(draw):
    picture = draw(1, 400, 300)
    covered = picture.copy()
    covered.paste((0, 0, 255), (20, 15, 380, 285))  # the ring is 4 % wide, these are 5 %

    assert border(covered) == border(picture)


def test_what_touches_the_edge_is_seen(draw):
    picture = draw(1, 400, 300)
    touched = picture.copy()
    touched.paste((0, 0, 255), (0, 100, 10, 200))

    assert border(touched).border_blue > border(picture).border_blue


def test_a_plain_ring_has_its_colour_and_no_spread():
    plain = border(Image.new("RGB", (300, 200), (210, 150, 130)))

    assert (plain.border_red, plain.border_green, plain.border_blue) == (210, 150, 130)
    assert (plain.border_red_spread, plain.border_detail) == (0, 0)


def test_dark_corners_are_told_from_dark_edges():
    disc = Image.new("RGB", (256, 256))
    ImageDraw.Draw(disc).ellipse((0, 0, 255, 255), fill=(200, 150, 130))

    assert border(disc).corner_brightness == 0
    assert border(disc).border_red > 20


def test_detail_is_what_changes_along_the_edge():
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[:, ::2] = 100

    assert border(Image.fromarray(stripes)).border_detail == pytest.approx(50)  # above and below, not at the sides


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2)])
def test_a_picture_that_is_all_ring_is_measured_without_a_crash(size):
    assert border(Image.new("RGB", size, (9, 9, 9))).corner_brightness == 9
