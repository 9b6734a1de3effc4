"""What is said of images that training would not have used."""

import numpy as np
import pytest

from dermaflow.commands.remarks import UNLIKE, WORDS, counted, remark_on, strangeness
from dermaflow.quality import faults

GRAIN = np.random.default_rng(0).normal(0, 15, (6, 5, 1)).repeat(8, axis=0).repeat(10, axis=1)
SKIN = np.clip(np.array([190, 140, 120]) + GRAIN, 0, 255).astype(np.uint8)
GREY = np.repeat(SKIN[..., :1], 3, axis=2)


@pytest.mark.parametrize(
    ("image", "remark"),
    [
        (SKIN, ""),
        (SKIN[:31], "a side that is too short"),
        (SKIN[:, :31], "a side that is too short"),
        (np.full_like(SKIN, (200, 90, 90)), "one shade only"),
        (GREY, "no colour"),
        (np.tile(SKIN, (4, 4, 1)), ""),
        (np.tile(GREY, (4, 4, 1)), "no colour"),
        (np.tile(SKIN, (1, 4, 1)), "one side much longer than the other"),
        (SKIN // 4, "too little light"),
        (np.clip(SKIN * 2.0, 0, 255).astype(np.uint8), "too much light"),
        (SKIN[..., [1, 0, 2]], "no likeness to skin"),
        (np.linspace(SKIN[0, 0], SKIN[0, 0] // 2, 48, axis=0)[:, None].repeat(48, axis=1).astype(np.uint8), "no focus"),
    ],
)
def test_an_image_is_remarked_on_as_validation_would_judge_it(image, remark):
    assert remark_on(image, 32) == remark


def test_remarks_are_counted_by_kind_the_most_frequent_first():
    assert list(counted({"one shade only": 1, "no colour": 2})) == [
        "2 images have no colour: the model has not learnt from such",
        "1 image has one shade only: the model has not learnt from such",
    ]
    assert list(counted({})) == []


def test_whatever_validation_can_find_wrong_with_a_decoded_image_has_words():
    assert set(faults.SUSPICIONS) < set(WORDS)


def test_what_training_tolerated_is_not_remarked_on():
    assert remark_on(SKIN // 4, 32, ["under-exposed"]) == ""


def test_an_image_far_from_the_training_images_is_remarked_on_and_one_without_distance_is_not():
    assert [strangeness(distance) for distance in (None, 0.2, 1.0, 1.01)] == ["", "", "", UNLIKE]
