"""A model with its card, as it is served: files or arrays in, probabilities in the order of card.classes out.

Keras is imported when a bundle is loaded, not before: it takes seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dermaflow.core.errors import DermaflowError, ImageError
from dermaflow.core.images import RgbImage, decode_rgb, resized
from dermaflow.core.parallel import cores
from dermaflow.core.paths import CARD, MODEL
from dermaflow.model.card import Card, read_card

Probabilities = npt.NDArray[np.float64]
Look = Callable[[Path, RgbImage], None]
"""Called with a file and its image at its own size, from any thread, before the file's prediction is given."""
Prediction = tuple[Path, Probabilities | None, str]
"""A file, its probabilities (classes,) or None, and why there are none (blank if there are)."""


@dataclass(frozen=True)
class Bundle:
    """A loaded model and its card; make it with `load_bundle`."""

    model: Any  # a keras.Model; Keras ships no types
    card: Card

    def predict(self, images: npt.NDArray[np.uint8]) -> Probabilities:
        """Probabilities, shape (n, classes), of images, shape (n, size, size, 3), uint8 in 0..255.

        Raises:
            ValueError: the shape or type is another one.
        """
        size = self.card.input.image_size_px
        if images.shape[1:] != (size, size, 3) or images.dtype != np.uint8:
            raise ValueError(f"expected uint8 (n, {size}, {size}, 3), received {images.dtype} {images.shape}")
        if len(images) == 0:
            return np.zeros((0, len(self.card.classes)))
        probabilities: Probabilities = self.model.predict(images, batch_size=64, verbose=0).astype(np.float64)
        return probabilities

    def predict_bytes(self, files: Sequence[bytes]) -> Probabilities:
        """Probabilities, shape (n, classes), of the contents of image files of any format and size.

        Raises:
            ImageError: one of them cannot be decoded; the message counts from 0.
        """
        rows = list(self._batches(enumerate(files), 64))
        for number, _, fault in rows:
            if fault:
                raise ImageError(f"image {number}: {fault}")
        return np.array([row for _, row, _ in rows]).reshape(len(files), len(self.card.classes))

    def predict_files(self, paths: Iterable[Path], batch: int = 64, look: Look | None = None) -> Iterator[Prediction]:
        """Each file with its probabilities, or with the reason why it has none, in the order given.

        No more than `batch` images are in memory at once. `look` sees each image that can be decoded.
        """
        yield from self._batches(((path, path) for path in paths), batch, look)

    def _batches(
        self, named: Iterable[tuple[Any, Path | bytes]], batch: int, look: Look | None = None
    ) -> Iterator[tuple[Any, Any, str]]:
        """Name, probabilities or None, and fault of each item, a batch at a time."""
        items = iter(named)
        with ThreadPoolExecutor(cores()) as pool:
            while group := [item for _, item in zip(range(batch), items, strict=False)]:
                decoded = list(pool.map(lambda item: self._decoded(item[1], look), group))
                good = [image for image in decoded if not isinstance(image, str)]
                rows = iter(self.predict(np.stack(good)) if good else ())
                for (name, _), image in zip(group, decoded, strict=True):
                    yield (name, None, image) if isinstance(image, str) else (name, next(rows), "")

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
    """Load the bundle in a folder that holds model.keras and card.json.

    Raises:
        DermaflowError: one of them is missing or unreadable, or they do not belong together; the message says which.
    """
    card = read_card(folder / CARD.name)
    path = folder / MODEL.name
    if not path.is_file():
        raise DermaflowError(f"{path} is missing: expected model.keras and card.json in one folder")
    from dermaflow.model.backend import keras  # noqa: PLC0415 - takes seconds, and a wrong folder is told without

    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:
        raise DermaflowError(
            f"{path}: expected a Keras model, received something else ({error}); `dvc checkout` restores it"
        ) from error
    expected = (None, card.input.image_size_px, card.input.image_size_px, 3), (None, len(card.classes))
    if (model.input_shape, model.output_shape) != expected:
        raise DermaflowError(
            f"{folder}: model and card do not belong together: the card says input and output {expected}, "
            f"the model has {(model.input_shape, model.output_shape)}"
        )
    return Bundle(model, card)
