"""The frozen layers, computed once."""

from pathlib import Path

import numpy as np
import pytest

from dermaflow.core import parallel
from dermaflow.model.architectures import build
from dermaflow.model.params import TrainParams
from dermaflow.model.trunk import activations


def test_activations_are_what_the_trunk_gives_image_by_image(
    tuned: TrainParams, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "REPORT_EVERY_S", 0.0)
    trunk = build(tuned, 2).trunk
    images = np.random.default_rng(0).integers(0, 256, (70, 32, 32, 3)).astype(np.uint8)
    mapped = activations(trunk, images, tmp_path / "trunk.npy")
    assert mapped.dtype == np.float32
    expected = np.concatenate([trunk.predict(images[:35], verbose=0), trunk.predict(images[35:], verbose=0)])
    np.testing.assert_allclose(mapped, expected, atol=1e-4)
    assert "70 of 70 images through the frozen layers" in capsys.readouterr().out


def test_what_is_there_already_is_taken_and_what_is_not_whole_is_computed_anew(
    tuned: TrainParams, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trunk = build(tuned, 2).trunk
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    array = tmp_path / "trunk.npy"
    first = np.array(activations(trunk, images, array))
    np.testing.assert_array_equal(activations(trunk, images[::-1], array), first)  # of other images: not asked
    assert f"done before ({array})" in capsys.readouterr().out
    array.write_bytes(array.read_bytes()[:-4])
    np.testing.assert_allclose(activations(trunk, images, array), first, atol=1e-5)
    np.testing.assert_allclose(activations(trunk, images[:2], array), first[:2], atol=1e-5)
    assert "done before" not in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["trunk.npy"]


def test_what_one_that_was_killed_left_half_written_is_removed(tuned: TrainParams, tmp_path: Path) -> None:
    (tmp_path / ".trunk-x1y2.npy").write_bytes(bytes(1000))
    (tmp_path / ".other-x1y2.npy").write_bytes(bytes(1000))
    activations(build(tuned, 2).trunk, np.zeros((3, 32, 32, 3), dtype=np.uint8), tmp_path / "trunk.npy")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other-x1y2.npy", "trunk.npy"]


def test_a_trunk_that_is_interrupted_leaves_nothing(tuned: TrainParams, tmp_path: Path) -> None:
    trunk = build(tuned, 2).trunk
    with pytest.raises(ValueError, match="shape"):
        activations(trunk, np.zeros((3, 16, 16, 3), dtype=np.uint8), tmp_path / "trunk.npy")
    assert list(tmp_path.iterdir()) == []
