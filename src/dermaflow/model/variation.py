"""Images that are varied anew in every epoch, by layers of Keras: on a GPU too, and never when the model is asked.

The layers are part of what learns, not of the model that is saved. They vary as copies of the stage augment are varied,
within the same limits, but for two things that Keras does in its way: brightness is added, as a share of the whole
range, and saturation is multiplied in HSV.
"""

import math
from collections.abc import Iterator
from typing import Any

from dermaflow.core.variation import Limits
from dermaflow.model.backbones import Tensor
from dermaflow.model.backend import keras

RANGE = (0, 255)


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
    if change := limits.max_brightness_change:
        yield layers.RandomBrightness(change, value_range=RANGE, name="vary_brightness")
    if change := limits.max_contrast_change:
        yield layers.RandomContrast((change, change), value_range=RANGE, name="vary_contrast")  # one: upwards only
    if change := limits.max_colour_change:
        # Keras multiplies saturation by f / (1 - f), and clips that, not the pixels, to the range that it is given.
        factors = (1 - change) / (2 - change), (1 + change) / (2 + change)
        yield layers.RandomSaturation(factors, value_range=(0, 1), name="vary_colour")
