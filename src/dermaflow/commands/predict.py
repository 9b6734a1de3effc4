"""`dermaflow predict`: images or folders of images in, a CSV row a file out.

The columns: image_id (the file's name without its ending), file, predicted, p_<class>… (calibrated),
melanoma_suspected (yes where its probability reaches the model's threshold; blank where the model has none), distance
(above 1: unlike the training images), error (why it could not be read) and remark (why training would not have used
it, or that it is unlike what was trained on); both blank if fine. One row after the other, in constant memory.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from dermaflow.commands.remarks import counted, remark_on, strangeness
from dermaflow.core.answers import answer_columns
from dermaflow.core.clinical import ATTRIBUTES, Clinical, encoded, stated
from dermaflow.core.errors import SourceError
from dermaflow.core.files import replacing
from dermaflow.core.parallel import progress
from dermaflow.model.bundle import Bundle, Prediction, load_bundle
from dermaflow.model.card import Card


def predict(paths: list[Path], bundle_folder: Path, out: Path | None, tables: Sequence[str] = ()) -> None:
    """Predict every file named or found below a folder named; write CSV to `out`, or to the terminal if None.

    A file that cannot be read as an image has a row that says why. `out` is written whole or not at all.

    Args:
        paths: images or folders of images.
        bundle_folder: holds model.onnx and card.json.
        out: a CSV file.
        tables: CSV files, or folders of them, that state age, sex and site of images, in any dialect that sources have.

    Raises:
        SourceError: a path does not exist, there is no file at all, or a table cannot be understood.
        DermaflowError: the bundle cannot be loaded.
    """
    files = files_of(paths)
    bundle = load_bundle(bundle_folder)
    clinical = _stated(files, tables, bundle.card) if tables else None
    if out is None:
        _write(bundle, files, clinical, sys.stdout)
        return
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        _write(bundle, files, clinical, stream)


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files among the paths and all below the folders among them, sorted in each folder; hidden ones left out.

    Raises:
        SourceError: a path does not exist, or there is no file at all.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise SourceError(f"expected images or folders of images, not found: {', '.join(missing)}")
    files = [file for path in paths for file in (_below(path) if path.is_dir() else [path])]
    if not files:
        raise SourceError(f"expected images, found no file in {', '.join(map(str, paths)) or 'nothing'}")
    return files


def _below(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _stated(files: Sequence[Path], tables: Sequence[str], card: Card) -> Clinical:
    """What tables state of the files, known by an ISIC number or by their names; says of how many."""
    from dermaflow.sources.names import picture_key  # noqa: PLC0415 - pandas, which predictions do without
    from dermaflow.sources.tables import stated_in  # noqa: PLC0415 - likewise

    rows = stated_in(tables, {}).reindex([picture_key(file.stem) for file in files]).fillna("")
    clinical = encoded(*(rows[name] for name in ATTRIBUTES))
    told = ", ".join(f"{name} {n:,}" for name, n in stated(clinical).items() if name in (card.attributes or ATTRIBUTES))
    print(f"stated beside the image, of {len(files):,} files: {told}", file=sys.stderr, flush=True)
    if card.clinical is None:
        print("this model takes the image alone: what is stated changes nothing", file=sys.stderr, flush=True)
    return clinical


def _write(bundle: Bundle, files: list[Path], clinical: Clinical | None, stream: TextIO) -> None:
    card, min_side_px = bundle.card, _min_side_px(bundle.card)
    tolerated = card.params.get("validate", {}).get("tolerated_faults", [])
    look = partial(remark_on, min_side_px=min_side_px, tolerated=tolerated)
    told: Counter[str] = Counter()
    if card.phantom:
        print("this model was trained on PHANTOM images: it says nothing about skin", file=sys.stderr, flush=True)
    if card.clinical and clinical is None:
        print(
            "this model may know age, sex and site, and its threshold was set with them: --clinical TABLE states them",
            file=sys.stderr,
            flush=True,
        )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["image_id", "file", *answer_columns(card.classes), "error", "remark"])
    for said in _told(bundle.predict_files(files, look, clinical), len(files)):
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
