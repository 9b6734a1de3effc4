"""Images that are varied anew in every epoch, by layers: on a GPU too, and never when the model is asked.

The layers are part of what learns, not of the model that is saved. They draw and vary as the stage augment does for
copies, within the same limits. Keras has layers of its own for most of it, which mean other things by them: brightness
is added there, saturation is multiplied in HSV, and each of rotation, shift and zoom blurs the image once more.
"""

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from dermaflow.core.variation import Limits
from dermaflow.model.backbones import Tensor
from dermaflow.model.backend import keras

WHITE = 255
LUMINANCE = (0.299, 0.587, 0.114)


class _Varying(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Varies images while a network learns, and leaves them as they are when it is asked.

    Input and output shape: (batch, size, size, 3), values 0..255.
    """

    def __init__(self, limits: Sequence[float] = (), **named: Any) -> None:  # noqa: ANN401 - what every layer of Keras takes
        super().__init__(**named)
        self.limits = tuple(limits)
        self.seed_generator = keras.random.SeedGenerator()

    def get_config(self) -> dict[str, Any]:
        """What makes the same layer again."""
        return {**super().get_config(), "limits": self.limits}

    def call(self, images: Tensor, training: bool | None = None) -> Tensor:  # noqa: FBT001 - as Keras has it
        """The images, each varied by numbers of its own, or as they are."""
        return self.vary(images) if training else images

    def drawn(self, images: Tensor, *shape: int) -> Tensor:
        """Numbers from -1 to 1, of this shape for each image: float32, for half precision would shift a pixel."""
        whole = (keras.ops.shape(images)[0], *shape)
        return keras.random.uniform(whole, -1, 1, dtype="float32", seed=self.seed_generator)

    @abstractmethod
    def vary(self, images: Tensor) -> Tensor:
        """The images varied."""


@keras.saving.register_keras_serializable("dermaflow")
class RandomTranspose(_Varying):
    """Exchanges rows and columns, as likely as not; with both mirrorings that is all eight ways to lay a square."""

    def vary(self, images: Tensor) -> Tensor:
        """Exchange, or not."""
        return keras.ops.where(self.drawn(images, 1, 1, 1) < 0, keras.ops.transpose(images, (0, 2, 1, 3)), images)


@keras.saving.register_keras_serializable("dermaflow")
class RandomWindow(_Varying):
    """Turns an image and looks at a part of it, in one resampling; beyond an edge lies the mirror image, as in copies.

    Limits: degrees to either side, zoom factor, how far off the centre it looks (see core.variation).
    """

    def vary(self, images: Tensor) -> Tensor:
        """Draw rotation, zoom and where it looks as `augment.operations` does."""
        (rotation_deg, zoom_factor, off_centre_frac), ops = self.limits, keras.ops
        drawn, half = self.drawn(images, 4), (images.shape[1] - 1) / 2
        turn = drawn[:, 0] * math.radians(rotation_deg)
        zoom = 1 + (drawn[:, 1] + 1) / 2 * (zoom_factor - 1)
        aside = drawn[:, 2:] * off_centre_frac * half * (1 - 1 / zoom)[:, None]
        cos, sin, none = ops.cos(turn) / zoom, ops.sin(turn) / zoom, ops.zeros_like(turn)
        across, down = half + aside[:, 0] - (cos - sin) * half, half + aside[:, 1] - (sin + cos) * half
        seen_through = ops.stack([cos, -sin, across, sin, cos, down, none, none], axis=1)
        return ops.image.affine_transform(images, seen_through, interpolation="bilinear", fill_mode="reflect")


@keras.saving.register_keras_serializable("dermaflow")
class RandomLight(_Varying):
    """Changes brightness, contrast about the mean grey, and saturation: what Pillow's enhancements do.

    Limits: of each, how far its factor may lie from 1.
    """

    def vary(self, images: Tensor) -> Tensor:
        """Draw a factor for each and apply them one after the other."""
        for limit, towards in zip(self.limits, (keras.ops.zeros_like, _mean_grey, _grey), strict=True):
            plain, factor = towards(images), keras.ops.cast(1 + limit * self.drawn(images, 1, 1, 1), images.dtype)
            images = keras.ops.clip(plain + (images - plain) * factor, 0, WHITE)
        return images


def _grey(images: Tensor) -> Tensor:
    """Luminance of each pixel, (batch, size, size, 1), by ITU-R BT.601 as Pillow has it."""
    return keras.ops.tensordot(images, keras.ops.convert_to_tensor(LUMINANCE, images.dtype), 1)[..., None]


def _mean_grey(images: Tensor) -> Tensor:
    return keras.ops.mean(_grey(images), axis=(1, 2, 3), keepdims=True)


def varied(image: Tensor, limits: Limits) -> Tensor:
    """The image mirrored, turned, magnified and lit otherwise in every epoch; as it is when the model is asked.

    Input and output shape: (batch, size, size, 3), values 0..255.
    """
    for layer in _layers(limits):
        image = layer(image)
    return image


def _layers(limits: Limits) -> Iterator[Any]:
    """One for each limit that lets anything vary, each with random numbers of its own."""
    layers = keras.layers
    for across in ("horizontal", "vertical"):  # asked for both, Keras mirrors an image in both ways or in none
        yield layers.RandomFlip(across, name=f"vary_{across}_mirror")
    yield RandomTranspose(name="vary_quarter_turn")
    window = limits.max_rotation_deg, limits.max_zoom_factor, limits.max_off_centre_frac
    if window[:2] != (0, 1):
        yield RandomWindow(window, name="vary_window")
    light = limits.max_brightness_change, limits.max_contrast_change, limits.max_colour_change
    if any(light):
        yield RandomLight(light, name="vary_light")
