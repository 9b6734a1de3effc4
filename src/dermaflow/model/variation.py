"""Images that are varied anew in every epoch, by layers: on a GPU too, and never when the model is asked.

The layers are part of what learns, not of the model that is saved. They draw and vary as the stage augment does for
copies, within the same limits. Keras has layers of its own for most of it, which mean other things by them: brightness
is added there, saturation is multiplied in HSV, and each of rotation, shift and zoom blurs the image once more.
"""

import math
from collections.abc import Iterator
from typing import Any

from dermaflow.core.variation import Limits
from dermaflow.model.backbones import Tensor
from dermaflow.model.backend import keras

WHITE = 255
LUMINANCE = (0.299, 0.587, 0.114)


@keras.saving.register_keras_serializable("dermaflow")
class RandomTranspose(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Exchange rows and columns of every second image; with both mirrorings that is all eight ways to lay a square.

    Input and output shape: (batch, size, size, channels).
    """

    def build(self, _shape: tuple[int | None, ...]) -> None:
        """Begin random numbers of its own."""
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, images: Tensor, training: bool | None = None) -> Tensor:  # noqa: FBT001 - as Keras has it
        """Exchange, each image as likely as not; asked, not trained, leave them as they are."""
        if not training:
            return images
        drawn = keras.random.uniform((keras.ops.shape(images)[0], 1, 1, 1), seed=self.seed_generator)
        return keras.ops.where(drawn < 0.5, keras.ops.transpose(images, (0, 2, 1, 3)), images)  # noqa: PLR2004 - half


@keras.saving.register_keras_serializable("dermaflow")
class RandomWindow(keras.layers.Layer):  # type: ignore[misc]  # likewise
    """Turn an image and look at a part of it, in one resampling: Keras has a layer, and a blur, for each.

    Input and output shape: (batch, size, size, channels). Beyond an edge lies the mirror image, as in copies.
    """

    def __init__(self, rotation_deg: float, zoom_factor: float, off_centre_frac: float, **named: Any) -> None:  # noqa: ANN401 - what every layer of Keras takes
        super().__init__(**named)
        self.limits = {"rotation_deg": rotation_deg, "zoom_factor": zoom_factor, "off_centre_frac": off_centre_frac}
        self.seed_generator = keras.random.SeedGenerator()

    def get_config(self) -> dict[str, Any]:
        """What makes the same layer again."""
        return {**super().get_config(), **self.limits}

    def call(self, images: Tensor, training: bool | None = None) -> Tensor:  # noqa: FBT001 - as Keras has it
        """Draw rotation, zoom and where it looks as `augment.operations` does; asked, leave images as they are."""
        if not training:
            return images
        ops, half = keras.ops, (images.shape[1] - 1) / 2
        drawn = keras.random.uniform((ops.shape(images)[0], 4), -1, 1, dtype="float32", seed=self.seed_generator)
        turn = drawn[:, 0] * math.radians(self.limits["rotation_deg"])
        zoom = 1 + (drawn[:, 1] + 1) / 2 * (self.limits["zoom_factor"] - 1)
        aside = drawn[:, 2:] * self.limits["off_centre_frac"] * half * (1 - 1 / zoom)[:, None]
        cos, sin, none = ops.cos(turn) / zoom, ops.sin(turn) / zoom, ops.zeros_like(turn)
        across, down = half + aside[:, 0] - (cos - sin) * half, half + aside[:, 1] - (sin + cos) * half
        seen_through = ops.stack([cos, -sin, across, sin, cos, down, none, none], axis=1)
        return ops.image.affine_transform(images, seen_through, interpolation="bilinear", fill_mode="reflect")


@keras.saving.register_keras_serializable("dermaflow")
class RandomLight(keras.layers.Layer):  # type: ignore[misc]  # likewise
    """Change brightness, contrast about the mean grey, and saturation of images, each by a factor about 1.

    Input and output shape: (batch, size, size, 3), values 0..255. What Pillow's enhancements do, which Augmentor calls.
    """

    def __init__(self, brightness: float, contrast: float, colour: float, **named: Any) -> None:  # noqa: ANN401 - what every layer of Keras takes
        super().__init__(**named)
        self.limits = {"brightness": brightness, "contrast": contrast, "colour": colour}
        self.seed_generator = keras.random.SeedGenerator()

    def get_config(self) -> dict[str, Any]:
        """What makes the same layer again."""
        return {**super().get_config(), **self.limits}

    def call(self, images: Tensor, training: bool | None = None) -> Tensor:  # noqa: FBT001 - as Keras has it
        """Draw a factor for each and apply them one after the other; asked, leave images as they are."""
        if not training:
            return images
        shape = (keras.ops.shape(images)[0], 1, 1, 1)
        for limit, towards in zip(self.limits.values(), (keras.ops.zeros_like, _mean_grey, _grey), strict=True):
            factor = keras.random.uniform(shape, 1 - limit, 1 + limit, dtype=images.dtype, seed=self.seed_generator)
            plain = towards(images)
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
        yield RandomWindow(*window, name="vary_window")
    light = limits.max_brightness_change, limits.max_contrast_change, limits.max_colour_change
    if any(light):
        yield RandomLight(*light, name="vary_light")
