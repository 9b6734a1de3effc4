"""The training curves: any number of epochs, the one kept marked."""

import io

import numpy as np
from PIL import Image

from dermaflow.evaluation.figures_training import SERIES, draw_training


def history(epochs):
    return [dict.fromkeys(SERIES, value) for value in np.linspace(1, 0.5, epochs)]


def test_the_epoch_kept_is_marked():
    assert draw_training([history(5)], [2], phantom=False) != draw_training([history(5)], [4], phantom=False)


def test_a_training_of_one_epoch_is_drawn_without_warnings(recwarn):
    Image.open(io.BytesIO(draw_training([history(1)], [1], phantom=True))).load()
    assert not list(recwarn)


def test_the_same_history_gives_the_same_bytes_and_phantoms_are_marked():
    assert draw_training([history(3)], [1], phantom=False) == draw_training([history(3)], [1], phantom=False)
    assert draw_training([history(3)], [1], phantom=False) != draw_training([history(3)], [1], phantom=True)


def test_further_networks_are_drawn_too_and_the_one_that_learnt_longest_gives_the_width(recwarn):
    one = draw_training([history(3)], [1], phantom=False)
    both = draw_training([history(3), history(5)], [1, 4], phantom=False)
    assert len({one, both, draw_training([history(3), history(5)], [1, 5], phantom=False)}) == 3
    assert not list(recwarn)
