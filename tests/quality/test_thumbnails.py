import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.errors import ImageError, SourceError
from dermaflow.quality.thumbnails import MAX_BYTES, SIDE_PX, grey_tile, thumbnail, thumbnail_of


def decoded(jpeg):
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


def is_grey_tile(jpeg):
    return decoded(jpeg).size == (SIDE_PX, SIDE_PX) and decoded(jpeg).getpixel((3, 3)) == pytest.approx(
        (208,) * 3, abs=2
    )


def test_proportions_are_kept_within_the_side(draw, encode):
    assert decoded(thumbnail(encode(draw(width=600, height=300)))).size == (SIDE_PX, SIDE_PX // 2)


def test_a_small_image_is_not_blown_up(draw, encode):
    assert decoded(thumbnail(encode(draw(width=40, height=30)))).size == (40, 30)


def test_even_noise_keeps_within_the_bytes(encode):
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    assert len(thumbnail(encode(Image.fromarray(noise), "PNG"))) <= MAX_BYTES


def test_what_is_in_the_picture_can_still_be_seen(draw, encode):
    image = draw(seed=3, width=SIDE_PX, height=SIDE_PX)
    seen = np.asarray(decoded(thumbnail(encode(image, "PNG"))), dtype=float)
    assert np.abs(seen - np.asarray(image)).mean() < 5


def test_an_unreadable_file_is_an_error_and_as_a_picture_a_grey_tile(draw, encode):
    cut = encode(draw())[:300]
    with pytest.raises(ImageError):
        thumbnail(cut)
    assert thumbnail_of("x", lambda _: cut) == grey_tile("cannot be read\nas a picture")


@pytest.mark.parametrize("error", [SourceError("gone"), FileNotFoundError("gone")])
def test_a_file_that_cannot_be_had_is_another_grey_tile(error):
    def picture(_):
        raise error

    assert thumbnail_of("x", picture) == grey_tile("cannot be fetched")
    assert is_grey_tile(thumbnail_of("x", picture))
    assert grey_tile("cannot be fetched") != grey_tile("")


def test_an_error_of_ours_is_not_hidden():
    def picture(_):
        raise TypeError

    with pytest.raises(TypeError):
        thumbnail_of("x", picture)
