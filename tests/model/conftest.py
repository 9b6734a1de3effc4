"""Tiny images of two classes that a network can tell apart, and parameters to match."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.clinical import AGES, BLOCKS, COLUMNS
from dermaflow.core.variation import Limits
from dermaflow.model.bundle import Bundle, load_bundle
from dermaflow.model.card import Card, ClinicalUse, Data, Input, read_card, write_card
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Labelled
from tests.drawn_onnx import write_linear_onnx

CLASSES = ("melanoma", "nevus")
LIMITS = Limits(
    max_rotation_deg=20,
    max_zoom_factor=1.2,
    max_off_centre_frac=0.5,
    max_brightness_change=0.2,
    max_contrast_change=0.2,
    max_colour_change=0.2,
)
SPREAD = 0.01  # of what the backbone gives, over images, at the least


@pytest.fixture(scope="session")
def params() -> TrainParams:
    return TrainParams(
        architecture="cnn",
        image_size_px=24,
        filters=[4, 8],
        dense_units=8,
        weights="none",
        backbone_options={},
        frozen_through="",
        cache_trunk=True,
        head_epochs=0,
        head_learning_rate=0.01,
        frozen_batch_norm=True,
        dropout=0.3,
        on_the_fly=False,
        balance="none",
        balance_power=1.0,
        label_smoothing=0.0,
        learning_rate=0.005,
        schedule="constant",
        weight_decay=0.0,
        mixed_precision=True,
        batch_size=8,
        epochs=3,
        patience_epochs=3,
        members=1,
        further_weights=[],
        clinical=[],
        views=1,
        min_melanoma_sensitivity=0.95,
        seed=7,
    )


@pytest.fixture(scope="session")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of the smallest MobileNetV2."""
    return drawn_weights("MobileNetV2", 0.35, tmp_path_factory.mktemp("weights") / "drawn.weights.h5")


def drawn_weights(architecture: str, alpha: float, file: Path, seed: int = 3) -> Path:
    """Weights of a network, drawn; its batch norm has the statistics of noise of 32 px.

    Without these its activations would vanish, and whatever is computed from them would be the same.
    """
    from dermaflow.model.backend import keras  # noqa: PLC0415 - TensorFlow only where a model is made

    keras.utils.set_random_seed(seed)
    make = getattr(keras.applications, architecture)
    made = make(include_top=False, weights=None, alpha=alpha, input_shape=(32, 32, 3))
    for layer in made.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    noise = np.random.default_rng(3).uniform(-1, 1, (64, 32, 32, 3)).astype(np.float32)
    made(noise, training=True)
    assert made.predict(noise, verbose=0).std(axis=0).mean() > SPREAD
    made.save_weights(file)
    return file


@pytest.fixture(scope="session")
def tuned(params: TrainParams, weights_file: Path) -> TrainParams:
    """A backbone with weights whose last layers are tuned."""
    changes = {
        "architecture": "MobileNetV2",
        "backbone_options": {"alpha": 0.35},
        "image_size_px": 32,
        "weights": str(weights_file),
        "frozen_through": "block_13_project_BN",
        "head_epochs": 1,
        "epochs": 2,
    }
    return params.model_copy(update=changes)


def drawn(n: int, seed: int) -> Labelled:
    """Noise in which class 1 is the brighter one."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = rng.integers(0, 120, (n, 24, 24, 3)) + 100 * labels[:, None, None, None]
    return Labelled(images.astype(np.uint8), labels.astype(np.int64))


@pytest.fixture(scope="session")
def train() -> Labelled:
    return drawn(20, seed=1)


@pytest.fixture(scope="session")
def validation() -> Labelled:
    return drawn(10, seed=2)


@pytest.fixture
def jpegs(tmp_path: Path) -> list[Path]:
    """Six image files of two sizes and two formats."""
    files = []
    for number, image in enumerate(drawn(6, seed=3).inputs):
        picture = Image.fromarray(image).resize((40, 30) if number % 2 else (24, 24))
        files.append(tmp_path / f"image_{number}.{'png' if number % 2 else 'jpg'}")
        picture.save(files[-1])
    return files


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    each = dict.fromkeys(CLASSES, 1)
    folder = tmp_path_factory.mktemp("bundle")
    write_linear_onnx(np.array([[6.0, 0.0], [0.0, 0.0], [0.0, 6.0]]), np.zeros(2), 24, folder / "model.onnx")
    card = Card(
        fingerprint="f" * 64,
        phantom=True,
        classes=CLASSES,
        input=Input(image_size_px=24),
        architecture="cnn",
        n_parameters=1,
        seed=7,
        params={},
        data=Data(fingerprint="d" * 64, sources={"phantom-a": 2}, train=each, copies=each, validation=each),
        best_epoch=1,
        epochs=1,
        versions={},
    )
    write_card(card, folder / "card.json")
    return folder


@pytest.fixture(scope="session")
def informed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The same model, to which each year of age above 20 speaks for melanoma and nothing else that is stated counts."""
    evidence = np.zeros((len(COLUMNS), 2))
    evidence[BLOCKS["age"], 0] = np.arange(len(AGES))
    informed = tmp_path_factory.mktemp("informed")
    write_linear_onnx(
        np.array([[6.0, 0.0], [0.0, 0.0], [0.0, 6.0]]), np.zeros(2), 24, informed / "model.onnx", evidence
    )
    use = ClinicalUse(columns=COLUMNS, strength=1.0, n=2, stated={"age": 2, "sex": 0, "site": 0}, image_alone={})
    write_card(read_card(folder / "card.json").model_copy(update={"clinical": use}), informed / "card.json")
    return load_bundle(informed)


@pytest.fixture(scope="session")
def bundle(folder: Path) -> Bundle:
    return load_bundle(folder)
