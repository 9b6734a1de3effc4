"""Batch normalisation that TensorFlow computes in one operation while its statistics are trained.

Keras composes it of a dozen, each of which walks over all activations: they take half of a training step of MobileNetV2
on a processor. It is a matter of training only: what is saved in the end is made of Keras' own layers.
"""

from typing import Any

from dermaflow.model.backbones import Model, Tensor, take_weights
from dermaflow.model.backend import keras, tf


@keras.saving.register_keras_serializable("dermaflow")
class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras ships no types
    """keras.layers.BatchNormalization with the same weights and, but for rounding, the same results.

    Input and output shape: (batch, height, width, channels).
    """

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:  # noqa: FBT001 - as Keras has it
        """Normalise by the statistics of the batch, and add these to the moving ones; else leave it to Keras."""
        plain = mask is None and len(inputs.shape) == 4 and self.axis in (-1, 3) and self.scale and self.center  # noqa: PLR2004 - images
        if not (training and self.trainable and plain) or self.renorm or self.synchronized:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma.value, self.beta.value, epsilon=self.epsilon, is_training=True
        )
        n = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], variance.dtype)
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance * (n - 1) / n)  # TensorFlow gives the population's estimate
        return outputs

    def _follow(self, moving: Any, batch: Tensor) -> None:  # noqa: ANN401 - a variable of Keras
        moving.assign(moving * self.momentum + batch * (1 - self.momentum))


def with_fused_batch_norm(model: Model) -> Model:
    """The same model, or where batch norm is trained a copy of it, weights included, with FusedBatchNormalization."""
    if not any(isinstance(layer, keras.layers.BatchNormalization) and layer.trainable for layer in model.layers):
        return model
    fused = keras.models.clone_model(model, clone_function=_cloned)
    take_weights(fused, [model])
    return fused


def _cloned(layer: Any) -> Any:  # noqa: ANN401 - a layer of Keras
    kind = FusedBatchNormalization if type(layer) is keras.layers.BatchNormalization else type(layer)
    return kind.from_config(layer.get_config())
