"""What is said of images that training would not have used."""

import numpy as np
import pytest

from dermaflow.commands.remarks import counted, remark_on

NOISE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("image", "remark"),
    [
        (NOISE, ""),
        (NOISE[:31], "a side that is too short"),
        (NOISE[:, :31], "a side that is too short"),
        (np.full_like(NOISE, (200, 90, 90)), "one shade only"),
        (np.repeat(NOISE[..., :1], 3, axis=2), "no colour"),
        (np.tile(NOISE, (20, 20, 1)), ""),
        (np.tile(np.repeat(NOISE[..., :1], 3, axis=2), (20, 20, 1)), "no colour"),
    ],
)
def test_an_image_is_remarked_on_as_validation_would_judge_it(image, remark):
    assert remark_on(image, 32) == remark


def test_remarks_are_counted_by_kind_the_most_frequent_first():
    assert list(counted(["", "one shade only", "no colour", "no colour"])) == [
        "2 images have no colour: the model has not learnt from such",
        "1 image has one shade only: the model has not learnt from such",
    ]
    assert list(counted(["", ""])) == []
