"""Strangers are the same on every machine, of as many kinds as promised, and none looks like another."""

import hashlib

import numpy as np
import pytest

from dermaflow.evaluation.strangers import KINDS, PHOTOGRAPH, draw_strangers


@pytest.fixture(scope="module")
def strangers():
    return draw_strangers(48, 4, seed=3)


def of_kind(strangers, kind):
    return strangers.images[[name == kind for name in strangers.kinds]].astype(int)


def test_each_kind_has_its_number_of_images(strangers):
    assert strangers.images.shape == (4 * len(KINDS), 48, 48, 3)
    assert strangers.images.dtype == np.uint8
    assert strangers.kinds == tuple(kind for kind in KINDS for _ in range(4))


def test_no_two_images_are_the_same(strangers):
    assert len({hashlib.sha256(image.tobytes()).digest() for image in strangers.images}) == len(strangers.images)


def test_the_seed_decides_everything(strangers):
    again, other = draw_strangers(48, 4, seed=3), draw_strangers(48, 4, seed=4)
    np.testing.assert_array_equal(strangers.images, again.images)
    assert not any(np.array_equal(one, two) for one, two in zip(strangers.images, other.images, strict=True))


def test_more_of_a_kind_begin_with_the_same_ones(strangers):
    more = draw_strangers(48, 6, seed=3)
    for kind in KINDS:
        np.testing.assert_array_equal(of_kind(more, kind)[:4], of_kind(strangers, kind))


def test_crops_of_one_photograph_are_one_group_and_all_else_stands_alone(strangers):
    groups = {kind: {g for g, k in zip(strangers.groups, strangers.kinds, strict=True) if k == kind} for kind in KINDS}
    assert {kind: len(names) for kind, names in groups.items()} == {
        kind: 2 if kind == PHOTOGRAPH else 4 for kind in KINDS
    }
    assert len(set.union(*groups.values())) == len(strangers.groups) - 2


def test_the_kinds_are_what_their_names_say(strangers):
    flat = of_kind(strangers, "flat colour")
    assert (np.ptp(flat, axis=(1, 2)) == 0).all()
    assert np.abs(np.diff(of_kind(strangers, "gradient"), axis=1)).max() < 16
    for kind in ("checkerboard", "stripes"):
        assert all(len(np.unique(image.reshape(-1, 3), axis=0)) == 2 for image in of_kind(strangers, kind))
    white, smooth = of_kind(strangers, "white noise"), of_kind(strangers, "smooth noise")
    assert np.abs(np.diff(white, axis=1)).mean() > 4 * np.abs(np.diff(smooth, axis=1)).mean()
    assert white.mean() == pytest.approx(127.5, abs=2)
    channels = of_kind(strangers, "noise by channel").mean(axis=(1, 2))
    assert np.ptp(channels, axis=1).max() > 30
    text = of_kind(strangers, "text")
    assert (np.median(text, axis=(1, 2)) >= 150).all()
    assert (text.min(axis=(1, 2, 3)) < 130).all()


def test_photographs_keep_their_colours():
    sky, flower = of_kind(draw_strangers(48, 2, seed=3), PHOTOGRAPH).mean(axis=(1, 2))
    assert sky[2] > 100  # the pagoda under its pale sky
    assert flower[0] > flower[2]  # an orange dahlia on dark green


@pytest.mark.parametrize("size", [8, 33, 300])
def test_any_size_can_be_drawn(size):
    assert draw_strangers(size, 1, seed=0).images.shape == (len(KINDS), size, size, 3)


@pytest.mark.parametrize(("size", "n"), [(7, 1), (48, 0)])
def test_too_little_is_refused(size, n):
    with pytest.raises(ValueError, match=f"received {size} and {n}"):
        draw_strangers(size, n, seed=0)
