"""Files to one array on disk."""

from pathlib import Path

import numpy as np
import pytest

from dermaflow.core.errors import ImageError
from dermaflow.core.images import load_rgb
from dermaflow.model.pixels import decoded


@pytest.mark.parametrize("workers", [1, 2])
def test_the_array_holds_each_image_in_the_order_given_for_any_number_of_workers(
    jpegs: list[Path], tmp_path: Path, workers: int
) -> None:
    images = decoded(jpegs, 16, tmp_path / "new" / "train.npy", workers)
    assert images.shape == (6, 16, 16, 3)
    assert images.dtype == np.uint8
    for image, file in zip(images, jpegs, strict=True):
        np.testing.assert_array_equal(image, load_rgb(file, 16))


def test_an_array_left_by_another_training_is_replaced(jpegs: list[Path], tmp_path: Path) -> None:
    decoded(jpegs, 16, tmp_path / "train.npy", 1)
    assert decoded(jpegs[:2], 8, tmp_path / "train.npy", 1).shape == (2, 8, 8, 3)


def test_a_file_that_is_no_image_is_named(jpegs: list[Path], tmp_path: Path) -> None:
    jpegs[4].write_bytes(b"no image")
    with pytest.raises(ImageError, match=r"image_4\.jpg: not an image"):
        decoded(jpegs, 16, tmp_path / "train.npy", 1)
