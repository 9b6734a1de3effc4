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
