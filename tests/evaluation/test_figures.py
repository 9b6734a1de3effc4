"""The pictures: they are drawn, the same each time, for any number of classes and for poor data."""

import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.evaluation.figures import SERIES, draw_confusion, draw_roc, draw_training


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize("classes", [2, 9])
def test_the_same_numbers_give_the_same_bytes(simulate, classes):
    generator = np.random.default_rng(0)
    truth = generator.integers(classes, size=120)
    scores = simulate(generator, truth, classes, 1.0)
    names = DIAGNOSES[:classes]
    for draw, values in ((draw_confusion, scores.argmax(axis=1)), (draw_roc, scores)):
        picture = draw(truth, values, names, phantom=False)
        assert picture == draw(truth, values, names, phantom=False)
        assert min(opened(picture).size) > 400
        assert not {"Software", "Creation Time"} & set(opened(picture).info)


def test_a_phantom_result_looks_different_from_a_real_one():
    truth = np.array([0, 1, 1])
    history = {name: np.array([0.5, 0.4]) for name in SERIES} | {"epoch": np.array([1.0, 2.0])}
    for draw in (
        lambda phantom: draw_confusion(truth, truth, DIAGNOSES[:2], phantom=phantom),
        lambda phantom: draw_roc(truth, np.eye(2)[truth], DIAGNOSES[:2], phantom=phantom),
        lambda phantom: draw_training(history, 1, phantom=phantom),
    ):
        assert draw(phantom=True) != draw(phantom=False)


def test_a_class_without_images_is_drawn_without_warnings(recwarn):
    truth = np.array([0, 0, 1])
    opened(draw_confusion(truth, truth, DIAGNOSES[:3], phantom=False))
    opened(draw_roc(truth, np.eye(3)[truth], DIAGNOSES[:3], phantom=False))
    assert not list(recwarn)


def test_the_epoch_kept_is_marked():
    history = {name: np.linspace(1, 0.5, 5) for name in SERIES} | {"epoch": np.arange(1.0, 6.0)}
    assert draw_training(history, 2, phantom=False) != draw_training(history, 4, phantom=False)


def test_a_training_of_one_epoch_is_drawn(recwarn):
    history = {name: np.array([0.5]) for name in SERIES} | {"epoch": np.array([1.0])}
    opened(draw_training(history, 1, phantom=True))
    assert not list(recwarn)
