"""ONNX Runtime, asked directly."""

from pathlib import Path

import numpy as np

from dermaflow.model.session import GROUP, Session
from tests.drawn_onnx import write_linear_onnx


def test_a_session_tells_its_shapes_and_scores_bytes(tmp_path: Path) -> None:
    weights = np.array([[4.0, 0.0], [0.0, 0.0], [0.0, 4.0]])
    write_linear_onnx(weights, np.array([0.0, 1.0]), 8, tmp_path / "model.onnx")
    session = Session(tmp_path / "model.onnx")
    assert session.input_shape == (8, 8, 3)
    assert session.outputs == {"probabilities": (2,), "distance": ()}
    images = np.zeros((3, 8, 8, 3), dtype=np.uint8)
    images[0, ..., 0] = 255
    probabilities, distance = session.run(images)
    np.testing.assert_allclose(probabilities[0], [1 / (1 + np.exp(-3)), 1 / (1 + np.exp(3))], rtol=1e-6)
    np.testing.assert_allclose(probabilities[1], [1 / (1 + np.e), np.e / (1 + np.e)], rtol=1e-6)
    assert distance.dtype == np.float64
    np.testing.assert_allclose(distance, 0.5)


def test_what_is_stated_goes_in_where_the_model_takes_it_and_nothing_is_zeros(tmp_path: Path) -> None:
    evidence = np.array([[1.0, 0.0], [0.0, 2.0]])
    write_linear_onnx(np.zeros((3, 2)), np.zeros(2), 8, tmp_path / "both.onnx", evidence)
    write_linear_onnx(np.zeros((3, 2)), np.zeros(2), 8, tmp_path / "image.onnx")
    both, image = Session(tmp_path / "both.onnx"), Session(tmp_path / "image.onnx")
    assert (both.clinical_columns, image.clinical_columns) == (2, 0)
    images = np.zeros((GROUP + 2, 8, 8, 3), dtype=np.uint8)
    stated = np.zeros((GROUP + 2, 2), dtype=np.float32)
    stated[-1] = [0, 1]
    for asked in (both.run, both.run_all):
        told = asked(images, stated).probabilities
        np.testing.assert_allclose(told[:-1], 0.5)
        np.testing.assert_allclose(told[-1], [1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))], rtol=1e-6)
        np.testing.assert_allclose(asked(images).probabilities, 0.5)
    np.testing.assert_allclose(image.run(images, stated).probabilities, 0.5)


def test_any_number_of_images_is_scored_in_their_order(tmp_path: Path) -> None:
    write_linear_onnx(np.array([[4.0, 0.0], [0.0, 0.0], [0.0, 4.0]]), np.zeros(2), 8, tmp_path / "model.onnx")
    session = Session(tmp_path / "model.onnx")
    images = np.random.default_rng(0).integers(0, 256, (5 * GROUP + 1, 8, 8, 3), dtype=np.uint8)
    for asked, expected in zip(session.run_all(images), session.run(images), strict=True):
        np.testing.assert_allclose(asked, expected, atol=1e-6)
    assert session.run_all(images[:1]).distance.shape == (1,)
