"""The same weights are the same bytes."""

import time
from pathlib import Path

import numpy as np
import pytest

from dermaflow.model.architectures import build
from dermaflow.model.archive import save_model
from dermaflow.model.backend import keras, make_deterministic
from dermaflow.model.params import TrainParams


def test_the_same_weights_saved_later_by_another_model_are_the_same_bytes(params: TrainParams, tmp_path: Path) -> None:
    models = []
    for _ in range(2):
        make_deterministic(7)
        build(params, 2).learnt.save(tmp_path / "compiled.keras")
        models.append(keras.saving.load_model(tmp_path / "compiled.keras", compile=False))
    save_model(models[0], tmp_path / "1.keras")
    time.sleep(2.1)  # a zip archive counts in steps of two seconds
    save_model(models[1], tmp_path / "2.keras")
    assert (tmp_path / "1.keras").read_bytes() == (tmp_path / "2.keras").read_bytes()
    again = keras.saving.load_model(tmp_path / "2.keras")
    for mine, its in zip(models[0].get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_a_model_that_cannot_be_saved_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_text("the old one")

    class Unsaveable:
        def save(self, path: Path) -> None:
            path.write_bytes(b"half a mo")
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        save_model(Unsaveable(), tmp_path / "model.keras")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["the old one"]
