"""How fast is `dermaflow predict`: against stock Keras, against ONNX Runtime on arrays; and does memory grow?

    python benchmarks/predict_files.py [--images 2000] [--rounds 3] [--model FOLDER] [--folder FOLDER of JPEG files]

Without --model, MobileNetV2 at 192 px and the cnn at 128 px are built with drawn weights: speed does not look at them.
Without --folder, HAM10000 of ../shared/data is used, or smooth noise of the same 200×150 px where that is missing.
A folder with fewer images than are asked for is gone through again. Every side runs in a process of its own:
- ours: the command, from its start to its end, with its remarks on each image and its CSV;
- Keras: keras.saving.load_model, image_dataset_from_directory and model.predict, all settings as they come; and the
  same without oneDNN, which is how it comes where the processor has neither AVX-512 VNNI nor AMX;
- ONNX Runtime: a session as it comes on images that lie in memory, 32 at once, its start not counted, against ours
  without its start, which is what one image takes; so ours reads, decodes and looks besides.
Sides take turns; the medians are compared, by the clock and by the processors' time, which a machine that does other
work too disturbs less. At last, the most memory that ours has at 1,000 and at 10,000 images, with the first model.
Prints ratios, asserts nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from PIL import Image

HAM10000 = Path("../shared/data/ham10000/images")
CASES = {"cnn": 128, "MobileNetV2": 192}
OURS = [sys.executable, "-m", "dermaflow.cli", "predict"]
KERAS = """
import sys
import keras
folder, model, size = sys.argv[1], keras.saving.load_model(sys.argv[2]), int(sys.argv[3])
data = keras.utils.image_dataset_from_directory(
    folder, labels=None, image_size=(size, size), shuffle=False, verbose=False
)
model.predict(data, verbose=0)
"""
ARRAYS = """
import resource, sys, time
import numpy as np
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
size, images = int(sys.argv[2]), int(sys.argv[3])
arrays = np.random.default_rng(0).integers(0, 256, (images, size, size, 3), dtype=np.uint8)
known = {each.name: np.zeros((32, each.shape[1]), np.float32) for each in session.get_inputs() if each.name != "image"}
session.run(None, {"image": arrays[:32], **known})
start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
for place in range(0, images, 32):
    asked = arrays[place : place + 32]
    session.run(None, {"image": asked, **{name: rows[: len(asked)] for name, rows in known.items()}})
after = resource.getrusage(resource.RUSAGE_SELF)
print(time.monotonic() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""


class Took(NamedTuple):
    """What a process took."""

    clock_s: float
    processors_s: float
    memory_mb: float


class Turn(NamedTuple):
    """What each side took once."""

    start: Took  # ours with one image
    ours: Took
    keras: Took
    plain: Took  # Keras without oneDNN
    arrays: Took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--folder", type=Path, default=HAM10000 if HAM10000.is_dir() else None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        source = asked.folder or drawn(Path(temporary, "drawn"))
        folders = [asked.model] if asked.model else [built(name, Path(temporary)) for name in CASES]
        for folder in folders:
            with filled(source, 1) as one, filled(source, asked.images) as files:
                turns = [turn(folder, one, files, asked.images) for _ in range(asked.rounds)]
            compared(f"{folder.name} at {side_of(folder)} px, {asked.images:,} files", turns, asked.images)
        grown(folders[0], source)


def turn(model: Path, one: Path, files: Path, n_images: int) -> Turn:
    size, ours = str(side_of(model)), [*OURS, "--model", str(model)]
    keras = [sys.executable, "-c", KERAS, str(files), str(model / "model.keras"), size]
    arrays = [sys.executable, "-c", ARRAYS, str(model / "model.onnx"), size, str(n_images)]
    told = subprocess.run(arrays, capture_output=True, text=True, check=True).stdout.split()
    return Turn(
        start=run([*ours, str(one)]),
        ours=run([*ours, str(files)]),
        keras=run(keras),
        plain=run(keras, {"TF_ENABLE_ONEDNN_OPTS": "0"}),
        arrays=Took(*map(float, told), 0),
    )


def compared(what: str, turns: list[Turn], n_images: int) -> None:
    times = {
        side: [statistics.median(getattr(turn, side)[kind] for turn in turns) for kind in (0, 1)]
        for side in Turn._fields
    }
    start, ours, keras, plain, arrays = times.values()
    print(f"{what}: {ours[0]:.1f} s, {n_images / ours[0]:.0f} images/s, after a start of {start[0]:.2f} s")
    for name, theirs, mine in (
        ("Keras, with its start", keras, ours),
        ("the same without oneDNN", plain, ours),
        ("ONNX Runtime on arrays", arrays, [all_s - start_s for all_s, start_s in zip(ours, start, strict=True)]),
    ):
        print(
            f"  {name:24} {theirs[0]:6.1f} s: ours is {theirs[0] / mine[0]:.2f} times as fast, "
            f"{theirs[1] / mine[1]:.2f} times a processor second",
            flush=True,
        )


def grown(model: Path, source: Path) -> None:
    most = []
    for number in (1_000, 10_000):
        with filled(source, number) as files:
            most.append(run([*OURS, str(files), "--model", str(model)]).memory_mb)
    print(f"  memory at 1,000 files {most[0]:.0f} MB, at 10,000 {most[1]:.0f} MB: {most[1] / most[0]:.2f} times")


def run(command: list[str], settings: Mapping[str, str] = MappingProxyType({})) -> Took:
    stock = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"} | dict(settings)
    start = time.monotonic()
    with subprocess.Popen(command, env=stock, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Took(time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@contextmanager
def filled(source: Path, n_images: int) -> Iterator[Path]:
    """A folder of links to so many of the images of another."""
    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate(islice(cycle(sorted(source.rglob("*.jpg"))), n_images)):
            Path(folder, f"{number:06d}.jpg").symlink_to(file.resolve())
        yield Path(folder)


def drawn(folder: Path) -> Path:
    generator = np.random.default_rng(0)
    folder.mkdir()
    for number in range(500):
        small = Image.fromarray(generator.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        small.resize((200, 150), Image.Resampling.BICUBIC).save(folder / f"{number:05d}.jpg", quality=90)
    return folder


def side_of(model: Path) -> int:
    from dermaflow.model.card import read_card  # noqa: PLC0415 - what is measured starts elsewhere

    return read_card(model / "card.json").input.image_size_px


def built(name: str, folder: Path) -> Path:
    """A model as a training leaves it; made in a process of its own, whose memory goes with it."""
    made = folder / name
    command = [sys.executable, str(Path(__file__).with_name("untrained.py")), name, str(CASES[name]), str(made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made


if __name__ == "__main__":
    main()
