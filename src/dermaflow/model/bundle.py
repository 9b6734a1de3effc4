"""A model with its card, as it is served: files or arrays in, probabilities in the order of card.classes out.

Scored with ONNX Runtime; images are decoded in threads while the batch before is scored.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.errors import DermaflowError, ImageError
from dermaflow.core.images import RgbImage, decode_rgb, resized
from dermaflow.core.parallel import cores
from dermaflow.core.paths import CARD, ONNX
from dermaflow.model.card import Card, read_card
from dermaflow.model.session import OUTPUTS, Probabilities, Scores, Session

BATCH = 32
BATCHES_AHEAD = 2  # decoded, or being decoded, while one is scored
Look = Callable[[Path, RgbImage], None]
"""Called with a file and its image at its own size, from any thread, before the file's prediction is given."""


class Prediction(NamedTuple):
    """What is said of one file."""

    file: Path
    probabilities: Probabilities | None  # (classes,); None: it cannot be read
    distance: float | None  # above 1 where the image is unlike the training images
    fault: str  # why it cannot be read; blank if it can


@dataclass(frozen=True)
class Bundle:
    """A loaded model and its card; make it with `load_bundle`."""

    session: Session
    card: Card

    def predict(self, images: npt.NDArray[np.uint8]) -> Scores:
        """Score images, shape (n, size, size, 3), uint8 in 0..255, BATCH at a time.

        Raises:
            ValueError: the shape or type is another one.
        """
        size = self.card.input.image_size_px
        if images.shape[1:] != (size, size, 3) or images.dtype != np.uint8:
            raise ValueError(f"expected uint8 (n, {size}, {size}, 3), received {images.dtype} {images.shape}")
        if len(images) == 0:
            return Scores(np.zeros((0, len(self.card.classes))), np.zeros(0))
        parts = [self.session.run(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
        return Scores(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def predict_bytes(self, files: Sequence[bytes]) -> Scores:
        """Score the contents of image files of any format and size; in their order.

        Raises:
            ImageError: one of them cannot be decoded; the message counts from 0.
        """
        said = list(self._predicted(enumerate(files), None))
        for number, _, _, fault in said:
            if fault:
                raise ImageError(f"image {number}: {fault}")
        probabilities = np.array([row for _, row, _, _ in said]).reshape(len(files), len(self.card.classes))
        return Scores(probabilities, np.array([distance for _, _, distance, _ in said], dtype=np.float64))

    def predict_files(self, paths: Iterable[Path], look: Look | None = None) -> Iterator[Prediction]:
        """Each file with what the model says of it, or with the reason why it says nothing, in the order given.

        No more than BATCH * (BATCHES_AHEAD + 1) images are in memory. `look` sees each image that can be decoded.
        """
        for said in self._predicted(((path, path) for path in paths), look):
            yield Prediction(*said)

    def _predicted(
        self, named: Iterable[tuple[Any, Path | bytes]], look: Look | None
    ) -> Iterator[tuple[Any, Probabilities | None, float | None, str]]:
        """Name, probabilities, distance and fault of each item, in their order."""
        items = iter(named)
        with ThreadPoolExecutor(cores()) as pool:
            under_way: deque[tuple[Any, Future[RgbImage | str]]] = deque()
            while True:
                for name, content in islice(items, BATCH * (BATCHES_AHEAD + 1) - len(under_way)):
                    under_way.append((name, pool.submit(self._decoded, content, look)))
                if not under_way:
                    return
                group = [under_way.popleft() for _ in range(min(BATCH, len(under_way)))]
                yield from self._scored([(name, future.result()) for name, future in group])

    def _scored(
        self, decoded: Sequence[tuple[Any, RgbImage | str]]
    ) -> Iterator[tuple[Any, Probabilities | None, float | None, str]]:
        """The same for one batch of decoded images, or of reasons why there is none."""
        good = [image for _, image in decoded if not isinstance(image, str)]
        rows = zip(*self.session.run(np.stack(good)), strict=True) if good else iter(())
        for name, image in decoded:
            if isinstance(image, str):
                yield name, None, None, image
            else:
                probabilities, distance = next(rows)
                yield name, probabilities, float(distance), ""

    def _decoded(self, content: Path | bytes, look: Look | None) -> RgbImage | str:
        """The image at the model's size, or why it cannot be decoded."""
        try:
            data = content.read_bytes() if isinstance(content, Path) else content
            image = decode_rgb(data)
            if look and isinstance(content, Path):
                look(content, image)
            return resized(image, self.card.input.image_size_px)
        except ImageError as error:
            return str(error)
        except OSError as error:
            return error.strerror or str(error)


def load_bundle(folder: Path) -> Bundle:
    """Load the bundle in a folder that holds model.onnx and card.json.

    Raises:
        DermaflowError: one of them is missing or unreadable, or they do not belong together; the message says which.
    """
    card = read_card(folder / CARD.name)
    path = folder / ONNX.name
    if not path.is_file():
        raise DermaflowError(f"{path} is missing: expected model.onnx and card.json in one folder")
    try:
        session = Session(path)
    except Exception as error:
        raise DermaflowError(
            f"{path}: expected an ONNX model, received something else ({error}); `dvc checkout` restores it"
        ) from error
    size = card.input.image_size_px
    expected = (size, size, 3), dict(zip(OUTPUTS, ((len(card.classes),), ()), strict=True))
    if (session.input_shape, session.outputs) != expected:
        raise DermaflowError(
            f"{folder}: model and card do not belong together: the card says input and outputs {expected}, "
            f"the model has {(session.input_shape, session.outputs)}"
        )
    return Bundle(session, card)
