import numpy as np
import pytest
from PIL import Image, ImageFilter

from dermaflow.quality.appearance import appearance_of, glance_of


def appearance(image: Image.Image):
    return appearance_of(glance_of(image))


def plain(colour: tuple[int, int, int], side: int = 64) -> Image.Image:
    return Image.new("RGB", (side, side), colour)


def beside(left: tuple[int, int, int], right: tuple[int, int, int], side: int = 64) -> Image.Image:
    image = plain(left, side)
    image.paste(right, (side // 2, 0, side, side))
    return image


@pytest.mark.parametrize(
    ("size", "seen"), [((6000, 4000), (128, 128)), ((200, 150), (128, 128)), ((90, 200), (90, 128))]
)
def test_a_picture_is_reduced_and_never_enlarged(size, seen):
    assert glance_of(Image.new("RGB", size)).size == seen


def test_what_is_measured_depends_little_on_the_size_of_the_picture(draw):
    one, other = (appearance(draw(3).resize(size, Image.Resampling.BICUBIC)) for size in ((600, 450), (3000, 3000)))

    for name, value in vars(one).items():
        assert vars(other)[name] == pytest.approx(value, rel=0.1, abs=0.05), name


def test_light_and_contrast_of_two_halves():
    halves = appearance(beside((0, 0, 0), (200, 200, 200)))

    assert (halves.brightness, halves.contrast, halves.colour) == (100, 100, 0)
    assert (halves.dark_frac, halves.white_frac) == (0.5, 0)


def test_burnt_out_pixels_are_counted():
    assert appearance(beside((255, 255, 255), (200, 150, 120))).white_frac == 0.5


def test_the_most_frequent_shade_is_counted_among_lit_pixels():
    assert appearance(beside((0, 0, 0), (200, 150, 120))).shade_frac == 1
    assert appearance(beside((90, 90, 90), (200, 150, 120))).shade_frac == 0.5


def test_black_has_no_shade_no_colours_and_no_grain():
    black = appearance(plain((0, 0, 0)))

    assert (black.shade_frac, black.smoothness, black.colour_spread, black.green_frac) == (1, 1, 0, 0)


def test_a_growing_blur_makes_a_picture_less_sharp(draw):
    picture = draw().resize((256, 256))

    measured = [appearance(picture.filter(ImageFilter.GaussianBlur(radius))).sharpness for radius in (0, 2, 4, 8)]

    assert measured == sorted(measured, reverse=True)
    assert measured[0] > 4 * measured[-1]


def test_noise_is_not_smooth(draw):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)

    assert abs(appearance(Image.fromarray(noise)).smoothness) < 0.1
    assert appearance(draw()).smoothness > 0.8


def test_opposite_colours_spread_further_than_shades_of_one():
    assert appearance(beside((255, 60, 0), (0, 60, 255))).colour_spread > 100
    assert appearance(beside((200, 150, 100), (100, 75, 50))).colour_spread < 30


def test_green_is_counted_and_yellow_is_not():
    assert appearance(beside((60, 140, 50), (200, 150, 120))).green_frac == 0.5
    assert appearance(plain((200, 200, 60))).green_frac == 0


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 90), (3, 3)])
def test_the_smallest_pictures_are_measured_without_a_crash(size):
    assert appearance(Image.new("RGB", size, (9, 9, 9))).brightness == 9
