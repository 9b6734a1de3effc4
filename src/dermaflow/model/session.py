"""The one door to ONNX Runtime: a model file in, probabilities and distances out. No Keras, no TensorFlow.

A call computes in the thread that makes it, and in no other: there are as many such threads as processors. ONNX
Runtime's own threads share each layer of one call instead, and wait for each other after each: on two processors that
took 1.1 to 1.3 times their time, 1.4 to 1.8 times where waiting is spinning, which is the default.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime

from dermaflow.core.parallel import cores

OUTPUTS = ("probabilities", "distance")
GROUP = 4  # images at once; more are no faster and take memory
Probabilities = npt.NDArray[np.float64]


class Scores(NamedTuple):
    """What a model says of images."""

    probabilities: Probabilities  # (n, classes), calibrated
    distance: npt.NDArray[np.float64]  # (n,), above 1 where an image is unlike the training images


class Session:
    """A loaded model; `run` may be called from several threads."""

    def __init__(self, path: Path) -> None:
        """Load a file that `model.onnx_file` wrote.

        Raises:
            Exception: whatever ONNX Runtime raises at a malformed file.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors only
        self._session = onnxruntime.InferenceSession(path, options, providers=onnxruntime.get_available_providers())

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(size, size, 3)."""
        return tuple(self._session.get_inputs()[0].shape[1:])

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """The shape of each output by its name, without the batch."""
        return {output.name: tuple(output.shape[1:]) for output in self._session.get_outputs()}

    def run(self, images: npt.NDArray[np.uint8]) -> Scores:
        """Score images, uint8 (n, size, size, 3) in 0..255, n at least 1, all at once."""
        probabilities, distance = self._session.run(list(OUTPUTS), {"image": images})
        return Scores(probabilities.astype(np.float64), distance.astype(np.float64))

    def run_all(self, images: npt.NDArray[np.uint8]) -> Scores:
        """The same for any number of images above 0, GROUP at a time by every processor."""
        groups = (images[start : start + GROUP] for start in range(0, len(images), GROUP))
        with ThreadPoolExecutor(cores()) as pool:
            parts = list(pool.map(self.run, groups))
        return Scores(*(np.concatenate(part) for part in zip(*parts, strict=True)))
