"""The settings under which Keras is imported."""

import os

from dermaflow.model.backend import keras, make_deterministic, tf, versions


def test_one_dnn_is_on() -> None:
    assert os.environ["TF_ENABLE_ONEDNN_OPTS"] == "1"


def test_random_numbers_repeat_from_the_seed() -> None:
    draws = []
    for seed in (7, 7, 8):
        make_deterministic(seed)
        draws.append(float(keras.random.uniform(())))
    assert draws[0] == draws[1] != draws[2]


def test_the_versions_are_those_in_use() -> None:
    assert keras.backend.backend() == "tensorflow"
    assert versions()["tensorflow"] == tf.__version__
    assert set(versions()) == {"keras", "tensorflow", "python"}
