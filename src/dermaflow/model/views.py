"""The views of an image over which a model averages: mirrored and turned, and the middle of it magnified likewise.

Training shows most images magnified (see core.variation), which makes what they show larger than it is in an image
that is scored: magnified a little it is seen at the scale that was learnt (Touvron et al. 2019, arXiv 1906.06423).
"""

import numpy as np
import numpy.typing as npt

from dermaflow.model.backbones import Model, Tensor
from dermaflow.model.backend import keras
from dermaflow.model.params import TrainParams

TURNS = (  # whether rows are reversed, columns are reversed, rows and columns are exchanged
    (False, False, False),
    (False, True, False),
    (True, False, False),
    (True, True, False),
    (False, False, True),
    (False, True, True),
    (True, False, True),
    (True, True, True),
)
"""The eight mirrorings and quarter turns of a square; the first one leaves it as it is."""


def turned(images: npt.NDArray[np.uint8], number: int) -> list[npt.NDArray[np.uint8]]:
    """The first `number` of TURNS of images, shape (n, size, size, 3) each, as views on the same memory."""
    return [_turned(images, *turn) for turn in TURNS[:number]]


def views_of(image: Tensor, params: TrainParams) -> Tensor:
    """All views of images, (batch, size, size, 3), one below the other: (views * batch, size, size, 3).

    First the images as they are, then turned; then the same of each magnification.
    """
    magnified = [zoomed(image, zoom) for zoom in params.magnifications]
    views = [_turned(each, *turn) for each in magnified for turn in TURNS[: params.views]]
    return keras.ops.concatenate(views) if len(views) > 1 else image


def mean_of_views(values: Tensor, number: int) -> Tensor:
    """The mean over views, (views * batch, n) to (batch, n)."""
    return keras.ops.mean(_by_view(values, number), axis=0) if number > 1 else values


def first_view(values: Tensor, number: int) -> Tensor:
    """What belongs to the images as they are, (views * batch, n) to (batch, n)."""
    return _by_view(values, number)[0] if number > 1 else values


def zoomed(images: Tensor, zoom: float) -> Tensor:
    """The middle of images, `zoom` times as large (bilinear): the same shape, (batch, size, size, 3).

    As many whole pixels are left out on each side, so that it does not matter which comes first, turning or this.
    """
    size = images.shape[1]
    left_out = round(size * (1 - 1 / zoom) / 2)
    if not left_out:
        return images
    middle = images[:, left_out : size - left_out, left_out : size - left_out]
    return keras.ops.image.resize(middle, (size, size), interpolation="bilinear", data_format="channels_last")


def looking_closer(model: Model, zoom: float) -> Model:
    """The same model of images that are magnified first."""
    if zoom == 1:
        return model
    image = keras.Input(model.input_shape[1:])
    return keras.Model(image, model(zoomed(image, zoom)))


def _turned(images: Tensor, rows: bool, columns: bool, exchanged: bool) -> Tensor:  # noqa: FBT001 - an entry of TURNS
    if rows:
        images = images[:, ::-1]
    if columns:
        images = images[:, :, ::-1]
    if not exchanged:
        return images
    swap = np.transpose if isinstance(images, np.ndarray) else keras.ops.transpose
    return swap(images, (0, 2, 1, 3))


def _by_view(values: Tensor, number: int) -> Tensor:
    return keras.ops.reshape(values, (number, -1, values.shape[-1]))
