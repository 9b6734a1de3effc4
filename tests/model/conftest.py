"""Tiny images of two classes that a network can tell apart, and parameters to match."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dermaflow.model.bundle import Bundle, load_bundle
from dermaflow.model.card import Card, Data, Input, write_card
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Pixels

CLASSES = ("melanoma", "nevus")


@pytest.fixture(scope="session")
def params() -> TrainParams:
    return TrainParams(
        architecture="cnn",
        image_size_px=24,
        filters=[4, 8],
        dense_units=8,
        dropout=0.3,
        learning_rate=0.005,
        batch_size=8,
        epochs=3,
        patience_epochs=3,
        seed=7,
    )


def drawn(n: int, seed: int) -> Pixels:
    """Noise in which class 1 is the brighter one."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = rng.integers(0, 120, (n, 24, 24, 3)) + 100 * labels[:, None, None, None]
    return Pixels(images.astype(np.uint8), labels.astype(np.int64))


@pytest.fixture(scope="session")
def train() -> Pixels:
    return drawn(20, seed=1)


@pytest.fixture(scope="session")
def validation() -> Pixels:
    return drawn(10, seed=2)


@pytest.fixture
def jpegs(tmp_path: Path) -> list[Path]:
    """Six image files of two sizes and two formats."""
    files = []
    for number, image in enumerate(drawn(6, seed=3).images):
        picture = Image.fromarray(image).resize((40, 30) if number % 2 else (24, 24))
        files.append(tmp_path / f"image_{number}.{'png' if number % 2 else 'jpg'}")
        picture.save(files[-1])
    return files


@pytest.fixture(scope="session")
def folder(params: TrainParams, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from dermaflow.model.architectures import build  # noqa: PLC0415 - takes seconds; most tests here need no Keras
    from dermaflow.model.archive import save_model  # noqa: PLC0415 - likewise

    each = dict.fromkeys(CLASSES, 1)
    folder = tmp_path_factory.mktemp("bundle")
    save_model(build(params, 2), folder / "model.keras")
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
def bundle(folder: Path) -> Bundle:
    return load_bundle(folder)
