"""The one door to ONNX Runtime: a model file in, probabilities and distances out. No Keras, no TensorFlow.

A call computes in the thread that makes it, and in no other: there are as many such threads as processors. ONNX
Runtime's own threads share each layer of one call instead, and wait for each other after each: on two processors that
took 1.1 to 1.3 times their time, 1.4 to 1.8 times where waiting is spinning, which is the default.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime

from dermaflow.core.clinical import Clinical
from dermaflow.core.parallel import cores

OUTPUTS = ("probabilities", "distance")
CLINICAL = "clinical"  # the name of the second input, where a model has it
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

    @cached_property
    def clinical_columns(self) -> int:
        """How many numbers it takes of what is stated beside an image; 0: none."""
        return sum(one.shape[1] for one in self._session.get_inputs() if one.name == CLINICAL)

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """The shape of each output by its name, without the batch."""
        return {output.name: tuple(output.shape[1:]) for output in self._session.get_outputs()}

    def run(self, images: npt.NDArray[np.uint8], clinical: Clinical | None = None) -> Scores:
        """Score images, uint8 (n, size, size, 3) in 0..255, n at least 1, all at once.

        Args:
            images: what is looked at.
            clinical: (n, clinical_columns), see core.clinical; None: nothing is stated. A model without that input
                does not see it.
        """
        given: dict[str, npt.NDArray[Any]] = {"image": images}
        if columns := self.clinical_columns:
            given[CLINICAL] = np.zeros((len(images), columns), dtype=np.float32) if clinical is None else clinical
        probabilities, distance = self._session.run(list(OUTPUTS), given)
        return Scores(probabilities.astype(np.float64), distance.astype(np.float64))

    def run_all(self, images: npt.NDArray[np.uint8], clinical: Clinical | None = None) -> Scores:
        """The same for any number of images above 0, GROUP at a time by every processor."""
        rows = [slice(start, start + GROUP) for start in range(0, len(images), GROUP)]
        with ThreadPoolExecutor(cores()) as pool:
            parts = list(pool.map(lambda row: self.run(images[row], None if clinical is None else clinical[row]), rows))
        return Scores(*(np.concatenate(part) for part in zip(*parts, strict=True)))
