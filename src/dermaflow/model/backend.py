"""The one door to Keras and TensorFlow: the settings that must precede the import, then the import.

It takes 8 seconds or so, so whatever may not need a model imports this late.
"""

import os
import platform

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # training on a CPU is 2 to 3 times faster with it
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

__all__ = ["keras", "make_deterministic", "tf", "use_precision", "versions"]


def make_deterministic(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow for this process and allow only operations that repeat exactly.

    Keras numbers layers without a name anew from here on, and computes in float32 until `use_precision`.
    """
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def use_precision(*, mixed: bool) -> None:
    """Let the layers that are made from now on compute in half precision, on a GPU; their weights stay float32."""
    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    keras.mixed_precision.set_global_policy("mixed_float16" if mixed and on_gpu else "float32")


def versions() -> dict[str, str]:
    """The versions that decide what the same training yields."""
    return {"keras": keras.__version__, "tensorflow": tf.__version__, "python": platform.python_version()}
