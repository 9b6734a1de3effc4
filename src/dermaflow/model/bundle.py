"""A model with its card, as it is served: files or arrays in, probabilities in the order of card.classes out.

Scored with ONNX Runtime by a thread a processor, each of which reads, decodes and scores a few images at a time: one
decodes while another scores, none waits for another, and only what is in their hands is in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice, repeat, tee
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dermaflow.core.clinical import COLUMNS, Clinical
from dermaflow.core.errors import DermaflowError, ImageError
from dermaflow.core.images import RgbImage, decode_rgb, resized
from dermaflow.core.parallel import cores, in_order, progress
from dermaflow.core.paths import CARD, ONNX
from dermaflow.model.card import Card, read_card
from dermaflow.model.session import GROUP, OUTPUTS, Probabilities, Scores, Session

GROUPS_AHEAD = 4  # a thread, under way or waiting to be given in their turn
Look = Callable[[RgbImage], str]
"""What is to be said of an image, shown at its own size; called from any thread."""
Stated = npt.NDArray[np.float32]
"""What is stated of one image, (columns,): a row of core.clinical.encoded."""


class Prediction(NamedTuple):
    """What is said of one file."""

    file: Path
    probabilities: Probabilities | None  # (classes,); None: it cannot be read
    distance: float | None  # above 1 where the image is unlike the training images
    fault: str  # why it cannot be read; blank if it can
    remark: str = ""  # what a look at the image said


_Said = tuple[Probabilities | None, float | None, str, str]
"""The same without the file."""


class _Decoded(NamedTuple):
    image: RgbImage | None  # at the model's size; None: it cannot be decoded
    fault: str
    remark: str


@dataclass(frozen=True)
class Bundle:
    """A loaded model and its card; make it with `load_bundle`."""

    session: Session
    card: Card

    def predict(self, images: npt.NDArray[np.uint8], clinical: Clinical | None = None) -> Scores:
        """Score images, shape (n, size, size, 3), uint8 in 0..255.

        Args:
            images: what is looked at.
            clinical: what is stated of each, here and below (n, columns) of core.clinical; None: nothing is.

        Raises:
            ValueError: the shape or type is another one.
        """
        size = self.card.input.image_size_px
        if images.shape[1:] != (size, size, 3) or images.dtype != np.uint8:
            raise ValueError(f"expected uint8 (n, {size}, {size}, 3), received {images.dtype} {images.shape}")
        if len(images) == 0:
            return Scores(np.zeros((0, len(self.card.classes))), np.zeros(0))
        return self.session.run_all(images, clinical)

    def predict_bytes(self, files: Sequence[bytes], clinical: Clinical | None = None) -> Scores:
        """Score the contents of image files of any format and size; in their order.

        Raises:
            ImageError: one of them cannot be decoded; the message counts from 0.
        """
        said = list(self._predicted(files, None, clinical))
        for number, (_, _, fault, _) in enumerate(said):
            if fault:
                raise ImageError(f"image {number}: {fault}")
        probabilities = np.array([row for row, _, _, _ in said]).reshape(len(files), len(self.card.classes))
        return Scores(probabilities, np.array([distance for _, distance, _, _ in said], dtype=np.float64))

    def predict_all(self, paths: Sequence[Path], clinical: Clinical | None = None) -> Scores:
        """Score files that can all be read, in their order; says how far it is.

        Raises:
            ImageError: one of them cannot be read; the message names the first such ones.
        """
        told = list(progress(self.predict_files(paths, clinical=clinical), len(paths), "images predicted"))
        faults = [f"  {each.file}: {each.fault}" for each in told if each.probabilities is None]
        if faults:
            raise ImageError(
                f"{len(faults)} of {len(paths)} accepted images cannot be read; `dvc repro validate` sorts them out:\n"
                + "\n".join(faults[:5])
            )
        probabilities = np.array([each.probabilities for each in told], dtype=np.float64)
        distance = np.array([each.distance for each in told], dtype=np.float64)
        return Scores(probabilities.reshape(len(told), len(self.card.classes)), distance)

    def predict_files(
        self, paths: Iterable[Path], look: Look | None = None, clinical: Iterable[Stated] | None = None
    ) -> Iterator[Prediction]:
        """Each file with what the model says of it, or with the reason why it says nothing, in the order given.

        No more than GROUP images a thread are in memory. `look` sees each image that can be decoded.
        `clinical` gives what is stated of each file, in their order; None: nothing is stated of any.
        """
        paths, named = tee(paths)  # no more than what is under way lies between the two
        for path, said in zip(named, self._predicted(paths, look, clinical), strict=True):
            yield Prediction(path, *said)

    def _predicted(
        self, contents: Iterable[Path | bytes], look: Look | None, clinical: Iterable[Stated] | None
    ) -> Iterator[_Said]:
        """What is said of each, in their order."""
        nothing = repeat(np.zeros(len(COLUMNS), dtype=np.float32))
        items = zip(contents, nothing, strict=False) if clinical is None else zip(contents, clinical, strict=True)
        threads = cores()
        groups = iter(lambda: list(islice(items, GROUP)), [])
        with ThreadPoolExecutor(threads) as pool:
            yield from in_order(pool, partial(self._scored, look), groups, GROUPS_AHEAD * threads)

    def _scored(self, look: Look | None, group: Sequence[tuple[Path | bytes, Stated]]) -> list[_Said]:
        """The same for one group, in the thread that calls."""
        decoded = [self._decoded(content, look) for content, _ in group]
        good = [(one.image, stated) for one, (_, stated) in zip(decoded, group, strict=True) if one.image is not None]
        rows = zip(*self.session.run(*map(np.stack, zip(*good, strict=True))), strict=True) if good else iter(())
        said: list[_Said] = []
        for image, fault, remark in decoded:
            probabilities, distance = next(rows) if image is not None else (None, None)
            said.append((probabilities, None if distance is None else float(distance), fault, remark))
        return said

    def _decoded(self, content: Path | bytes, look: Look | None) -> _Decoded:
        try:
            image = decode_rgb(content.read_bytes() if isinstance(content, Path) else content)
        except ImageError as error:
            return _Decoded(None, str(error), "")
        except OSError as error:
            return _Decoded(None, error.strerror or str(error), "")
        return _Decoded(resized(image, self.card.input.image_size_px), "", look(image) if look else "")


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
    size, stated = card.input.image_size_px, card.clinical.columns if card.clinical else ()
    expected = (size, size, 3), len(stated), dict(zip(OUTPUTS, ((len(card.classes),), ()), strict=True))
    found = session.input_shape, session.clinical_columns, session.outputs
    if found != expected:
        raise DermaflowError(
            f"{folder}: model and card do not belong together: the card says inputs and outputs {expected}, "
            f"the model has {found}"
        )
    if stated not in ((), COLUMNS):
        raise DermaflowError(
            f"{folder}: the model takes {', '.join(stated)}; this version states {', '.join(COLUMNS)}: train it again"
        )
    return Bundle(session, card)
