"""Backbones of keras.applications, their preprocessing and their weights."""

import importlib
import inspect
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest

from dermaflow.core.errors import TrainingError
from dermaflow.model.backbones import backbone
from dermaflow.model.backend import keras
from dermaflow.model.params import Architecture, TrainParams


def made(params: TrainParams, **changes: object) -> object:
    changed = params.model_copy(update=changes)
    return backbone(keras.Input((changed.image_size_px, changed.image_size_px, 3)), changed)


def given(model: object, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What a network makes of images, called as it stands: `predict` would build a graph of it first."""
    return keras.ops.convert_to_numpy(model(images, training=False))


def test_every_network_of_keras_applications_can_be_named() -> None:
    known = {name for name, value in vars(keras.applications).items() if inspect.isfunction(value)}
    assert set(get_args(Architecture)) == known | {"cnn"}


def test_the_preprocessing_of_the_network_is_inside(tuned: TrainParams) -> None:
    model = made(tuned)
    plain = keras.applications.MobileNetV2(include_top=False, weights=None, alpha=0.35, input_shape=(32, 32, 3))
    plain.set_weights(model.get_weights())
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    expected = given(plain, images / 127.5 - 1)
    np.testing.assert_allclose(given(model, images), expected, atol=1e-5)


def test_weights_come_from_the_file(tuned: TrainParams, weights_file: Path) -> None:
    plain = keras.applications.MobileNetV2(include_top=False, weights=None, alpha=0.35, input_shape=(32, 32, 3))
    plain.load_weights(weights_file)
    for mine, its in zip(made(tuned).get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_an_efficientnet_sees_what_its_imagenet_weights_were_learnt_from_however_they_come(
    tuned: TrainParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "drawn.weights.h5"
    drawn = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(32, 32, 3))
    scaling = next(layer for layer in drawn.layers if isinstance(layer, keras.layers.Normalization))
    scaling.set_weights([np.array([0.485, 0.456, 0.406]), np.array([0.05, 0.04, 0.03]), np.array(9)])  # it must be seen
    drawn.save_weights(file)
    module = importlib.import_module(keras.applications.EfficientNetB0.__module__)
    monkeypatch.setattr(module.file_utils, "get_file", lambda *_, **__: str(file))  # no download
    with_its_layer = keras.applications.EfficientNetB0(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    expected = given(with_its_layer, images)
    (tmp_path / "ours").mkdir()
    for weights in ("imagenet", str(file)):
        keras.utils.clear_session()  # as before a training: layers without a name of their own are numbered anew
        model = made(tuned, architecture="EfficientNetB0", weights=weights, backbone_options={})
        np.testing.assert_allclose(given(model, images), expected, rtol=1e-3, atol=1e-5)
        assert sum(isinstance(layer, keras.layers.Rescaling) for layer in model.layers) == 1  # as the exported one
    model.save(tmp_path / "ours" / "model.keras")
    keras.utils.clear_session()
    taken_over = made(tuned, architecture="EfficientNetB0", weights=str(tmp_path / "ours"), backbone_options={})
    np.testing.assert_allclose(given(taken_over, images), expected, rtol=1e-3, atol=1e-5)  # not scaled once more


def test_a_missing_file_a_file_of_another_network_and_no_weights_file_at_all_are_told(
    tuned: TrainParams, tmp_path: Path
) -> None:
    with pytest.raises(
        TrainingError, match=r"expected none, imagenet, a weights file or the folder of a model, found no file .*absent"
    ):
        made(tuned, weights=str(tmp_path / "absent.weights.h5"))
    with pytest.raises(TrainingError, match=r"MobileNetV2 with .*0\.5.*expected a Keras weights file of that very"):
        made(tuned, backbone_options={"alpha": 0.5})
    text = tmp_path / "text.weights.h5"
    text.write_text("no weights")
    with pytest.raises(TrainingError, match="expected a Keras weights file of that very network"):
        made(tuned, weights=str(text))


def test_weights_come_from_the_model_in_a_folder(tuned: TrainParams, tmp_path: Path) -> None:
    learnt = made(tuned)
    learnt.set_weights([array + 0.5 for array in learnt.get_weights()])
    (tmp_path / "small").mkdir()
    keras.Model(learnt.input, keras.layers.Dense(2)(learnt.output)).save(tmp_path / "small" / "model.keras")
    for named in (tmp_path / "small", tmp_path / "small" / "model.keras"):
        for mine, its in zip(made(tuned, weights=str(named)).get_weights(), learnt.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, its)
    with pytest.raises(TrainingError, match=r"MobileNetV2 with .*0\.5.*or a model of it"):
        made(tuned, weights=str(tmp_path / "small"), backbone_options={"alpha": 0.5})
    with pytest.raises(TrainingError, match=r"VGG16 .*or a model of it"):
        made(tuned, weights=str(tmp_path / "small"), architecture="VGG16", backbone_options={})


def test_without_a_network_imagenet_weights_are_told_to_need_one(
    tuned: TrainParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> str:
        raise OSError("URL fetch failure: no route to host")

    module = importlib.import_module(keras.applications.MobileNetV2.__module__)
    monkeypatch.setattr(module.file_utils, "get_file", unreachable)
    with pytest.raises(TrainingError, match=r"no route to host \(imagenet needs a network at the first use; a weights"):
        made(tuned, weights="imagenet")


def test_options_that_the_network_does_not_take_are_told(tuned: TrainParams) -> None:
    with pytest.raises(TrainingError, match="width"):
        made(tuned, weights="none", backbone_options={"width": 2})
