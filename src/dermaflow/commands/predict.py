"""`dermaflow predict`: images or folders of images in, a CSV row a file out.

The columns: image_id (the file's name without its ending), file, predicted, p_<class>…, error (blank if fine).
"""

import csv
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from dermaflow.core.errors import SourceError
from dermaflow.core.files import replacing
from dermaflow.core.parallel import REPORT_EVERY_S
from dermaflow.model.bundle import Bundle, Prediction, load_bundle


def predict(paths: list[Path], bundle_folder: Path, out: Path | None) -> None:
    """Predict every file named or found below a folder named; write CSV to `out`, or to the terminal if None.

    A file that cannot be read as an image has a row that says why. `out` is written whole or not at all.

    Raises:
        SourceError: a path does not exist, or there is no file at all.
        DermaflowError: the bundle cannot be loaded.
    """
    files = files_of(paths)
    bundle = load_bundle(bundle_folder)
    if out is None:
        _write(bundle, files, sys.stdout)
        return
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        _write(bundle, files, stream)


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


def _write(bundle: Bundle, files: list[Path], stream: TextIO) -> None:
    classes = bundle.card.classes
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["image_id", "file", "predicted", *(f"p_{name}" for name in classes), "error"])
    for file, probabilities, fault in _told(bundle.predict_files(files), len(files)):
        if probabilities is None:
            cells = ["", *("" for _ in classes)]
        else:
            cells = [classes[int(probabilities.argmax())], *(f"{p:.6f}" for p in probabilities)]
        writer.writerow([file.stem, str(file), *cells, fault])


def _told(predictions: Iterator[Prediction], total: int) -> Iterator[Prediction]:
    """Pass predictions on; say on stderr, now and then, how many are done, and in the end how many failed."""
    start = last = time.monotonic()
    faults = 0
    for done, prediction in enumerate(predictions, 1):
        yield prediction
        faults += bool(prediction[2])
        if time.monotonic() - last >= REPORT_EVERY_S:
            last = time.monotonic()
            left_s = (last - start) / done * (total - done)
            print(f"{done:,} of {total:,} images predicted, about {left_s:.0f} s left", file=sys.stderr, flush=True)
    print(f"{total - faults:,} images predicted, {faults:,} unreadable", file=sys.stderr, flush=True)
