"""The reliability diagram: drawn the same each time, and for points without an interval."""

import io

import numpy as np
from PIL import Image

from dermaflow.evaluation.calibration import Bin
from dermaflow.evaluation.figures_reliability import draw_reliability
from dermaflow.evaluation.intervals import Estimate

ERRORS = {
    "ece": {"value": 0.05, "low": 0.0, "high": 0.08},
    "ece_if_calibrated": {"value": 0.03, "low": 0.01, "high": 0.06},
}
POINTS = [Bin(20, 0.4, Estimate(0.5, 0.3, 0.7)), Bin(21, 0.8, Estimate(0.9, 0.7, 1.0))]
CONFIDENCE = np.linspace(0.3, 1, 41)


def test_the_same_numbers_give_the_same_bytes_and_phantoms_are_marked():
    picture = draw_reliability(POINTS, CONFIDENCE, ERRORS, phantom=False)
    assert picture == draw_reliability(POINTS, CONFIDENCE, ERRORS, phantom=False)
    assert picture != draw_reliability(POINTS, CONFIDENCE, ERRORS, phantom=True)
    assert min(Image.open(io.BytesIO(picture)).size) > 400


def test_a_test_of_one_image_is_drawn_without_warnings(recwarn):
    errors = {**ERRORS, "ece": {"value": 0.2, "low": None, "high": None}}
    points = [Bin(1, 0.8, Estimate(1.0, None, None))]
    Image.open(io.BytesIO(draw_reliability(points, np.array([0.8]), errors, phantom=False))).load()
    assert not list(recwarn)
