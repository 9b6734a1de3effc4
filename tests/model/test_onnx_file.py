"""The model as ONNX: what Keras says, the same bytes twice, refused where it differs."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from dermaflow.core.clinical import COLUMNS, encoded
from dermaflow.core.errors import TrainingError
from dermaflow.model import onnx_file
from dermaflow.model.architectures import build
from dermaflow.model.backend import keras
from dermaflow.model.familiarity import fit_familiarity
from dermaflow.model.onnx_file import write_onnx
from dermaflow.model.params import TrainParams
from dermaflow.model.session import Session
from dermaflow.model.whole import Findings, looking_model, whole_model

EVIDENCE = np.random.default_rng(2).normal(size=(len(COLUMNS), 2)).astype(np.float32)


@pytest.fixture(scope="module", params=[None, EVIDENCE], ids=["image alone", "with what is stated"])
def model(params: TrainParams, request: pytest.FixtureRequest) -> object:
    averaging = params.model_copy(update={"views": 4, "members": 2})
    parts, other = [build(averaging, 2).learnt], [build(averaging, 2).learnt]
    images = np.random.default_rng(0).integers(0, 256, (12, 24, 24, 3)).astype(np.float32)
    seen = np.asarray(looking_model(averaging, 2, parts).predict(images, verbose=0))
    familiar = fit_familiarity(seen[:8], np.arange(8) % 2, seen[8:])
    return whole_model(averaging, 2, [parts, other], Findings(1.5, familiar, request.param))


def drawn() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (70, 24, 24, 3)).astype(np.uint8)


def stated() -> np.ndarray:
    blank = [""] * 70
    return encoded(["80", "", "35", "20", *[""] * 66], ["", "male", *[""] * 68], blank)


def test_onnx_runtime_says_what_keras_says(model: object, tmp_path: Path) -> None:
    assert write_onnx(model, drawn(), tmp_path / "model.onnx", stated()) < 1e-4
    session = Session(tmp_path / "model.onnx")
    for number in (1, 5, 70):
        both = [drawn()[:number], stated()[:number]][: 1 + bool(session.clinical_columns)]
        expected = model.predict(both, verbose=0)  # type: ignore[attr-defined]
        for mine, its in zip(session.run(*both), expected, strict=True):
            np.testing.assert_allclose(mine, its, atol=1e-4)


def test_the_same_weights_give_the_same_bytes_also_after_loading(model: object, tmp_path: Path) -> None:
    model.save(tmp_path / "model.keras")  # type: ignore[attr-defined]
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    for number, each in enumerate((model, again)):
        write_onnx(each, drawn(), tmp_path / f"{number}.onnx", stated())
    assert (tmp_path / "0.onnx").read_bytes() == (tmp_path / "1.onnx").read_bytes()


@pytest.mark.parametrize("off", [0.5, np.nan])
def test_a_file_that_differs_from_keras_or_gives_no_number_is_not_kept(
    model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: float
) -> None:
    stable = onnx_file.stable

    def worse(exported: onnx.ModelProto) -> onnx.ModelProto:
        made = stable(exported)
        for constant in made.graph.initializer:
            values = onnx.numpy_helper.to_array(constant)
            if values.ndim == 2 and values.shape[1] == 2 and len(values) != len(COLUMNS):
                constant.CopyFrom(onnx.numpy_helper.from_array(values + np.float32([off, 0]), constant.name))
        return made

    monkeypatch.setattr(onnx_file, "stable", worse)
    with pytest.raises(TrainingError, match="differs from Keras by up to"):
        write_onnx(model, drawn(), tmp_path / "model.onnx", stated())
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_cannot_be_loaded_is_refused(
    model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stable = onnx_file.stable

    def unknown(exported: onnx.ModelProto) -> onnx.ModelProto:
        graph = stable(exported)
        graph.graph.node[-1].op_type = "NoSuchOperation"
        return graph

    monkeypatch.setattr(onnx_file, "stable", unknown)
    with pytest.raises(TrainingError, match=r"cannot be scored with ONNX Runtime, which cannot load it.*NoSuchOp"):
        write_onnx(model, drawn(), tmp_path / "model.onnx", stated())
    assert list(tmp_path.iterdir()) == []
