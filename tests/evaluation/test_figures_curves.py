"""ROC and precision-recall curves: drawn the same each time, for any number of classes and for poor data."""

import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.evaluation.figures_curves import draw_precision_recall, draw_roc

BOTH = pytest.mark.parametrize("draw", [draw_roc, draw_precision_recall])


@BOTH
@pytest.mark.parametrize("classes", [2, 9])
def test_the_same_numbers_give_the_same_bytes(simulate, draw, classes):
    generator = np.random.default_rng(0)
    truth = generator.integers(classes, size=120)
    scores = simulate(generator, truth, classes, 1.0)
    picture = draw(truth, scores, DIAGNOSES[:classes], phantom=False)
    assert picture == draw(truth, scores, DIAGNOSES[:classes], phantom=False)
    assert min(Image.open(io.BytesIO(picture)).size) > 400


@BOTH
def test_a_phantom_result_looks_different_from_a_real_one(draw):
    truth = np.array([0, 1, 1])
    assert draw(truth, np.eye(2)[truth], DIAGNOSES[:2], phantom=True) != draw(
        truth, np.eye(2)[truth], DIAGNOSES[:2], phantom=False
    )


@BOTH
def test_a_class_without_images_is_drawn_without_warnings(draw, recwarn):
    truth = np.array([0, 0, 1])
    Image.open(io.BytesIO(draw(truth, np.eye(3)[truth], DIAGNOSES[:3], phantom=False))).load()
    assert not list(recwarn)


@BOTH
def test_a_test_of_one_class_is_drawn_without_curves(draw, recwarn):
    truth = np.array([1, 1])
    Image.open(io.BytesIO(draw(truth, np.full((2, 2), 0.5), DIAGNOSES[:2], phantom=False))).load()
    assert not list(recwarn)
