"""The confusion matrix, and what all pictures share: they are drawn, the same each time, and say what is generated."""

import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.evaluation.figures import MELANOMA_COLOUR, colour_of, draw_confusion, titled


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize("classes", [2, 9])
def test_the_same_numbers_give_the_same_bytes(classes):
    truth = np.arange(120) % classes
    predicted = np.arange(120) % (classes - 1)
    picture = draw_confusion(truth, predicted, DIAGNOSES[:classes], phantom=False)
    assert picture == draw_confusion(truth, predicted, DIAGNOSES[:classes], phantom=False)
    assert min(opened(picture).size) > 400
    assert not {"Software", "Creation Time"} & set(opened(picture).info)


def test_a_phantom_result_looks_different_from_a_real_one():
    truth = np.array([0, 1, 1])
    assert draw_confusion(truth, truth, DIAGNOSES[:2], phantom=True) != draw_confusion(
        truth, truth, DIAGNOSES[:2], phantom=False
    )
    assert titled("ROC", phantom=True) == "ROC\nPHANTOM: generated images, no statement about skin"
    assert titled("ROC", phantom=False) == "ROC"


def test_a_class_without_images_is_drawn_without_warnings(recwarn):
    truth = np.array([0, 0, 1])
    opened(draw_confusion(truth, truth, DIAGNOSES[:3], phantom=False))
    assert not list(recwarn)


def test_each_diagnosis_has_a_colour_of_its_own():
    assert len({colour_of(name) for name in DIAGNOSES}) == len(DIAGNOSES)
    assert colour_of("melanoma") == MELANOMA_COLOUR
