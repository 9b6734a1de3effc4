import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dermaflow.quality.duplicates import MIN_CORRELATION, content_groups, correlations, near_hashes
from dermaflow.quality.facts import measure

hashes_of_few_bits = st.lists(st.integers(0, 2**64 - 1), min_size=0, max_size=12)


def groups(images: dict[str, bytes], max_bits: int = 3) -> list[str]:
    facts = [measure(name, data) for name, data in images.items()]
    hashes = np.array([int(fact.perceptual_hash, 16) for fact in facts], dtype=np.uint64)
    shades = np.stack([np.frombuffer(fact.thumbnail, dtype=np.uint8) for fact in facts])
    return content_groups(list(images), hashes, shades, max_bits)


def test_a_recompressed_copy_shares_the_group(draw, encode):
    images = {"b": encode(draw(1), quality=95), "a": encode(draw(1), quality=30), "c": encode(draw(2))}
    assert groups(images) == ["a", "a", "c"]


@pytest.mark.parametrize("side", [48, 64, 200])
def test_a_resized_copy_shares_the_group(side, draw, encode):
    assert groups({"a": encode(draw(1)), "b": encode(draw(1).resize((side, side)))}) == ["a", "a"]


def test_different_pictures_do_not_share_a_group(draw, encode):
    names = [f"i{seed:02}" for seed in range(30)]
    assert groups({name: encode(draw(seed)) for seed, name in enumerate(names)}, max_bits=8) == names


def test_groups_join_transitively():
    chain = np.array([0, 0b1, 0b11], dtype=np.uint64)
    shades = np.tile(np.arange(1024) % 251, (3, 1)).astype(np.uint8)
    assert content_groups(["b", "c", "a"], chain, shades, 1) == ["a", "a", "a"]


def test_a_near_hash_alone_is_not_enough():
    shades = np.random.default_rng(0).integers(0, 256, (2, 1024), dtype=np.uint8)
    assert content_groups(["a", "b"], np.zeros(2, dtype=np.uint64), shades, 3) == ["a", "b"]


def test_no_image_has_no_group():
    assert content_groups([], np.empty(0, np.uint64), np.empty((0, 1024), np.uint8), 3) == []


@settings(deadline=None, max_examples=50)
@given(hashes_of_few_bits, st.lists(st.tuples(st.integers(0, 11), st.integers(0, 63)), max_size=12), st.integers(0, 8))
def test_the_index_finds_the_same_pairs_as_comparing_all(drawn, flips, max_bits):
    near = [drawn[at % len(drawn)] ^ (1 << bit) for at, bit in flips] if drawn else []
    hashes = [*drawn, *near]

    found = near_hashes(np.array(hashes, dtype=np.uint64), max_bits)

    every = [(i, j) for i in range(len(hashes)) for j in range(i + 1, len(hashes))]
    assert [tuple(pair) for pair in found.tolist()] == [
        (i, j) for i, j in every if (hashes[i] ^ hashes[j]).bit_count() <= max_bits
    ]


def test_correlation_agrees_with_numpy_and_is_zero_for_one_shade():
    shades = np.random.default_rng(0).integers(0, 256, (3, 1024), dtype=np.uint8)
    shades[2] = 90

    found = correlations(shades, np.array([[0, 1], [0, 2]]))

    assert found[0] == pytest.approx(np.corrcoef(shades[0], shades[1])[0, 1])
    assert found[1] == 0


@pytest.mark.real
def test_the_known_near_copies_of_isic9_are_found(isic9):
    names = ["0000399", "0001124", "0000521", "0010990", "0025434", "0028165"]
    files = {name: next(isic9.rglob(f"ISIC_{name}.jpg")) for name in names}

    found = groups({name: file.read_bytes() for name, file in files.items()})

    assert found == ["0000399", "0000399", "0000521", "0000521", "0025434", "0028165"]


def test_the_threshold_divides_recompression_from_another_picture(draw):
    recompressed = io.BytesIO()
    draw(5).save(recompressed, "JPEG", quality=20)
    pictures = [draw(5), Image.open(recompressed), draw(6)]
    shades = np.stack([np.asarray(picture.convert("L").resize((32, 32))).ravel() for picture in pictures])

    alike, different = correlations(shades, np.array([[0, 1], [0, 2]]))

    assert different < MIN_CORRELATION <= alike
