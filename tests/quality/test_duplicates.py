import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dermaflow.quality.duplicates import MAX_DISTANCE, candidates, near_copies
from dermaflow.quality.perceptual import THUMBNAIL_BYTES, thumbnail_of

LIKE = 0.97
STRANGERS = 40


def recompressed(image, quality=40):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def cropped(image, frac=0.04):
    across, down = round(frac * image.width), round(frac * image.height)
    return image.crop((across, down, image.width - across // 2, image.height))


COPIES = {
    "recompressed": recompressed,
    "resized": lambda image: image.resize((60, 60)),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "cropped": cropped,
    "all of it": lambda image: recompressed(cropped(image.transpose(Image.Transpose.TRANSPOSE)).resize((80, 80))),
}


def thumbnails(images):
    data = b"".join(thumbnail_of(image) for image in images)
    return np.frombuffer(data, np.uint8).reshape(-1, THUMBNAIL_BYTES)


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_found_among_strangers_and_nothing_else(kind, draw):
    images = [draw(seed, 128, 128) for seed in range(STRANGERS)]
    copies = [COPIES[kind](image) for image in images[:10]]
    found = near_copies(thumbnails([*images, *copies]), LIKE)
    planted = [[place, STRANGERS + place] for place in range(10)]
    assert [pair for pair in found.tolist() if pair not in planted] == []
    assert len(found) >= (9 if "crop" in kind or kind == "all of it" else 10)


def test_only_pairs_with_a_new_image_are_looked_for(draw):
    drawn = thumbnails([draw(1), recompressed(draw(1)), draw(2), recompressed(draw(2))])
    new = np.array([False, False, False, True])
    assert near_copies(drawn, LIKE, new).tolist() == [[2, 3]]
    assert near_copies(drawn, LIKE, ~new).tolist() == [[0, 1], [2, 3]]
    assert near_copies(drawn, LIKE, np.zeros(4, dtype=bool)).tolist() == []


def test_flat_and_missing_pictures_are_no_copies_of_others(draw):
    flat = [Image.new("RGB", (64, 64), colour) for colour in ("white", "black")]
    assert near_copies(thumbnails([*flat, draw(1)]), LIKE).tolist() == []
    assert near_copies(thumbnails([]), LIKE).shape == (0, 2)


def all_pairs(points, most):
    distances = np.linalg.norm(points[:, None].astype(np.float64) - points[None], axis=2)
    return {(i, j) for i in range(len(points)) for j in range(i + 1, len(points)) if distances[i, j] <= most}


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_the_index_finds_what_comparing_all_pairs_finds_but_for_what_is_far_apart(count, seed):
    points = np.random.default_rng(seed).normal(0, 2.5, (count, 10)).astype(np.float32)
    found = [tuple(pair) for pair in candidates(points).tolist()]
    assert found == sorted(set(found))
    assert set(found) <= all_pairs(points, MAX_DISTANCE + 1e-4)
    assert all_pairs(points, MAX_DISTANCE / 2) <= set(found)
    new = np.arange(count) % 3 == 0
    assert [tuple(pair) for pair in candidates(points, new).tolist()] == [(i, j) for i, j in found if new[i] or new[j]]
