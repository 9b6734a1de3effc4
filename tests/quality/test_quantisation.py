import io

import pytest
from PIL import Image

from dermaflow.quality.quantisation import Quantisation, quantisation_of


def header(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("quality", [1, 10, 49, 50, 51, 75, 90, 95, 100])
def test_the_quality_that_pillow_wrote_with_is_found(quality, draw, encode):
    assert quantisation_of(header(encode(draw(), quality=quality))).jpeg_quality == quality


def test_two_pictures_written_alike_have_the_same_digest(draw, encode):
    one, other = (quantisation_of(header(encode(draw(seed), quality=85))) for seed in (1, 2))

    assert one == other
    assert len(one.quantisation) == 8


def test_another_quality_has_another_digest(draw, encode):
    one, other = (quantisation_of(header(encode(draw(), quality=quality))) for quality in (85, 86))

    assert one.quantisation != other.quantisation


def test_a_grey_jpeg_has_one_table(draw, encode):
    assert quantisation_of(header(encode(draw().convert("L"), quality=80))).jpeg_quality == 80


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_is_no_jpeg_has_no_tables(kind, draw, encode):
    assert quantisation_of(header(encode(draw(), kind))) == Quantisation("", None)
