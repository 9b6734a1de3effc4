"""`dermaflow predict`: images or folders of images in, a CSV row a file out.

The columns: image_id (the file's name without its ending), file, predicted, p_<class>… (calibrated),
melanoma_suspected (yes where its probability reaches the model's threshold; blank where the model has none), distance
(above 1: unlike the training images), error (why it could not be read) and remark (why training would not have used
it, or that it is unlike what was trained on); both blank if fine. One row after the other, in constant memory.
"""

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import tee
from pathlib import Path
from typing import NamedTuple, TextIO

from dermaflow.commands.image_files import files_of
from dermaflow.commands.remarks import counted, remark_on, strangeness
from dermaflow.core.answers import answer_columns
from dermaflow.core.clinical import ATTRIBUTES, BLOCKS, encoded
from dermaflow.core.errors import SourceError
from dermaflow.core.files import replacing
from dermaflow.core.parallel import progress
from dermaflow.model.bundle import Bundle, Prediction, Stated, load_bundle
from dermaflow.model.card import Card


class _Asked(NamedTuple):
    """What is to be predicted."""

    paths: Sequence[Path]
    n_files: int
    stated: Callable[[Path], Stated] | None  # beside each


def predict(paths: list[Path], bundle_folder: Path, out: Path | None, tables: Sequence[str] = ()) -> None:
    """Predict every file named or found below a folder named; write CSV to `out`, or to the terminal if None.

    A file that cannot be read as an image has a row that says why. `out` is written whole or not at all.

    Args:
        paths: images or folders of images.
        bundle_folder: holds model.onnx and card.json.
        out: a CSV file.
        tables: CSV files, or folders of them, that state age, sex and site of images, in any dialect that sources have.

    Raises:
        SourceError: a path does not exist, there is no file at all, a table cannot be understood, or `out` is a folder.
        DermaflowError: the bundle cannot be loaded.
    """
    if out is not None and out.is_dir():
        raise SourceError(f"{out}: expected a file to write the predictions to, found a folder")
    stated = _stated_by(tables) if tables else None
    n_files, counts = _counted(files_of(paths), stated)
    if not n_files:
        raise SourceError(f"expected images, found no file in {', '.join(map(str, paths)) or 'nothing'}")
    bundle = load_bundle(bundle_folder)
    asked = _Asked(paths, n_files, stated)
    if stated:
        _tell_stated(counts, n_files, bundle.card)
    if out is None:
        _write(bundle, asked, sys.stdout)
        return
    with _opened(out) as stream:
        _write(bundle, asked, stream)


@contextmanager
def _opened(out: Path) -> Iterator[TextIO]:
    """The file to write to, whole or not at all; what a link leads to, and a pipe or a device as it is."""
    if out.exists() and not out.is_file():
        with out.open("w", encoding="utf-8", newline="") as stream:
            yield stream
    else:
        with replacing(out.resolve()) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
            yield stream


def _stated_by(tables: Sequence[str]) -> Callable[[Path], Stated]:
    """What tables state of a file, known by an ISIC number or by its name."""
    from dermaflow.sources.names import picture_key  # noqa: PLC0415 - pandas, which predictions do without
    from dermaflow.sources.tables import clinical_in  # noqa: PLC0415 - likewise

    rows = clinical_in(tables)
    records = dict(zip(rows.index, rows.itertuples(index=False, name=None), strict=True))
    nothing = ("",) * len(ATTRIBUTES)

    @cache
    def numbers(record: tuple[str, ...]) -> Stated:
        row: Stated = encoded(*([cell] for cell in record))[0]
        return row

    return lambda file: numbers(records.get(picture_key(file.stem), nothing))


def _counted(files: Iterator[Path], stated: Callable[[Path], Stated] | None) -> tuple[int, Counter[str]]:
    """How many files there are, and of how many each of ATTRIBUTES is stated."""
    n_files, counts = 0, Counter[str]()
    for file in files:
        n_files += 1
        if stated:
            row = stated(file)
            counts.update(name for name in ATTRIBUTES if row[BLOCKS[name]].any())
    return n_files, counts


def _tell_stated(counts: Counter[str], n_files: int, card: Card) -> None:
    told = ", ".join(f"{name} {counts[name]:,}" for name in card.attributes or ATTRIBUTES)
    print(f"stated beside the image, of {n_files:,} files: {told}", file=sys.stderr, flush=True)
    if card.clinical is None:
        print("this model takes the image alone: what is stated changes nothing", file=sys.stderr, flush=True)


def _write(bundle: Bundle, asked: _Asked, stream: TextIO) -> None:
    card, min_side_px = bundle.card, _min_side_px(bundle.card)
    tolerated = card.params.get("validate", {}).get("tolerated_faults", [])
    look = partial(remark_on, min_side_px=min_side_px, tolerated=tolerated)
    told: Counter[str] = Counter()
    if card.phantom:
        print("this model was trained on PHANTOM images: it says nothing about skin", file=sys.stderr, flush=True)
    if card.clinical and not asked.stated:
        print(
            "this model may know age, sex and site, and its threshold was set with them: --clinical TABLE states them",
            file=sys.stderr,
            flush=True,
        )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["image_id", "file", *answer_columns(card.classes), "error", "remark"])
    files, clinical = files_of(asked.paths), None
    if asked.stated:
        files, named = tee(files)  # one walk: a file that comes meanwhile must not shift what is stated of others
        clinical = map(asked.stated, named)
    for said in _told(bundle.predict_files(files, look, clinical), asked.n_files):
        kinds = [remark for remark in (said.remark, strangeness(said.distance)) if remark]
        told.update(kinds)
        row = [said.file.stem, str(said.file), *_cells(said, card), said.fault, "; ".join(kinds)]
        writer.writerow([_writable(cell, stream) for cell in row])
        stream.flush()  # whoever reads along has each row as soon as it is known
    for line in counted(told):
        print(line, file=sys.stderr, flush=True)


def _cells(said: Prediction, card: Card) -> list[str]:
    """`answer_columns` of one file; blank where it cannot be read."""
    if said.probabilities is None:
        return [""] * len(answer_columns(card.classes))
    shown = [f"{p:.6f}" for p in said.probabilities]
    predicted = card.classes[int(said.probabilities.argmax())]
    return [predicted, *shown, card.suspected(said.probabilities), f"{said.distance:.3f}"]


def _min_side_px(card: Card) -> int:
    """What validation asked of a side when the model was trained; a card that does not tell asks nothing."""
    return int(card.params.get("validate", {}).get("min_side_px", 1))


def _writable(text: str, stream: TextIO) -> str:
    """The text, what the stream cannot hold (a file name of another encoding) with backslashes and numbers."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _told(predictions: Iterator[Prediction], total: int) -> Iterator[Prediction]:
    """Pass predictions on; say on stderr, now and then, how many are done, and in the end how many failed."""
    faults = 0
    for prediction in progress(predictions, total, "images predicted", sys.stderr):
        yield prediction
        faults += bool(prediction.fault)
    print(f"{total - faults:,} images predicted, {faults:,} unreadable", file=sys.stderr, flush=True)
