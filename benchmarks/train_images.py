"""How fast is training: against the same step on data in memory, against stock TensorFlow, with and without the cache?

    python benchmarks/train_images.py [--images 2048] [--rounds 3] [--networks cnn MobileNetV2 tuned trunk]

For the cnn (128 px), MobileNetV2 (160 px, every layer trained) and the same tuned, which is MobileNetV2 with weights
that it was given: ours then keeps the statistics of batch norm (train.frozen_batch_norm), the bare step too, and stock
trains them, as it does unless told otherwise; images a second of
- ours: the stage's own path, JPEG files decoded once into an array, then EPOCHS epochs with validation scores and
  checkpoints, all of that counted;
- step: the same training step on one batch that lies in memory, nothing else: what no input pipeline can beat;
- stock: image_dataset_from_directory and model.fit as a tutorial has it, TensorFlow's default settings, in a
  process of its own; it decodes every image in every epoch, and of these one is timed, after a start that is not
  counted. And the same without oneDNN, which is how it comes where the processor has neither AVX-512 VNNI nor AMX.
For the trunk, which is MobileNetV2 with its layers up to a given one frozen: epochs with what they give computed once
(not counted; given beside it), against epochs that compute it again. The images are noise: speed does not look at them.
Both sides of a ratio run in turns, as many rounds as are asked for; the medians are compared. Prints ratios, asserts
nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image

from dermaflow.core.params import load_params
from dermaflow.model.params import TrainParams
from dermaflow.model.pixels import Labelled, decoded

CLASSES = 8
EPOCHS = 3
TRUNK = "trunk"
CUTS = ("block_9_add", "block_12_add", "block_14_add", "block_15_add")
CASES = {
    "cnn": {"architecture": "cnn", "image_size_px": 128, "filters": [32, 64, 128]},
    "MobileNetV2": {"architecture": "MobileNetV2", "image_size_px": 160},
    "tuned": {"architecture": "MobileNetV2", "image_size_px": 160, "weights": "drawn", "frozen_through": ""},
    TRUNK: {"architecture": "MobileNetV2", "image_size_px": 160},
}
STOCK = """
import sys, time
import keras
folder, size, weights = sys.argv[1], int(sys.argv[2]), sys.argv[3]
data = keras.utils.image_dataset_from_directory(folder, image_size=(size, size), batch_size=32, verbose=False)
model = keras.saving.load_model(weights)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(data.take(2), verbose=0)
start = time.monotonic()
model.fit(data, verbose=0)
print(time.monotonic() - start)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", nargs="+", choices=list(CASES), default=list(CASES))
    asked = parser.parse_args()
    cases = {name: CASES[name] for name in asked.networks}
    with tempfile.TemporaryDirectory() as folder:
        files = draw(Path(folder, "images"), asked.images)
        arrays = {name: Path(folder, f"{name}.npy") for name in cases}
        timed = {name: decode(files, arrays[name], case["image_size_px"]) for name, case in cases.items()}
        for name, case in cases.items():
            if name == TRUNK:
                cached_trunk(timed[name][0], Path(folder), asked.rounds)
                continue
            weights = {"weights": str(drawn_weights(Path(folder), case["image_size_px"]))} if "weights" in case else {}
            whole_loop(name, params_of(**case | weights), *timed[name], Path(folder), asked.rounds)


def draw(folder: Path, n_images: int) -> list[Path]:
    """Smooth noise as JPEG files of 180 px, in a folder a class."""
    generator = np.random.default_rng(0)
    files = []
    for number in range(n_images):
        file = folder / f"class_{number % CLASSES}" / f"{number:05d}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        small = generator.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(small).resize((180, 180), Image.Resampling.BICUBIC).save(file, quality=90)
        files.append(file)
    return files


def decode(files: list[Path], array: Path, size_px: int) -> tuple[Labelled, float]:
    """The images as the stage has them, and how long that took; before TensorFlow starts, for it forks."""
    start = time.monotonic()
    images = decoded(files, size_px, array)
    labels = np.array([int(file.parent.name[-1]) for file in files], dtype=np.int64)
    return Labelled(images, labels), time.monotonic() - start


def params_of(**changes: object) -> TrainParams:
    """The parameters of params.yaml with changes."""
    fixed = {"epochs": EPOCHS, "patience_epochs": EPOCHS, "batch_size": 32, "head_epochs": 0, "on_the_fly": False}
    return load_params("train", TrainParams).model_copy(update={**fixed, **changes})


def whole_loop(name: str, params: TrainParams, rows: Labelled, decode_s: float, folder: Path, rounds: int) -> None:
    """Ours against the bare step and against the stock way."""
    ours, bare, stock, plain = [], [], [], []
    part = Labelled(rows.inputs[:64], rows.labels[:64])
    for number in range(rounds):
        seconds = fitted_s(params, rows, part, folder / f"{name}-{number}")
        ours.append(EPOCHS * len(rows.labels) / (seconds + decode_s))
        bare.append(step_rate(params, rows))
        untold = params.model_copy(update={"weights": "none"})
        stock.append(stock_rate(untold, len(rows.labels), folder))
        plain.append(stock_rate(untold, len(rows.labels), folder, {"TF_ENABLE_ONEDNN_OPTS": "0"}))
    print(
        f"{name} at {params.image_size_px} px: {median(ours):.0f} images/s; "
        f"{median(ours) / median(bare):.2f} times the bare step ({median(bare):.0f}); "
        f"{median(ours) / median(stock):.2f} times stock TensorFlow ({median(stock):.1f}), "
        f"{median(ours) / median(plain):.2f} times without oneDNN ({median(plain):.1f})",
        flush=True,
    )


def fitted_s(params: TrainParams, rows: Labelled, validation: Labelled, folder: Path) -> float:
    """How long EPOCHS epochs of the stage's own loop take, after a first one that builds the graph."""
    from dermaflow.model.architectures import build  # noqa: PLC0415 - TensorFlow after the forks
    from dermaflow.model.fit import fit  # noqa: PLC0415 - likewise

    ends: list[float] = []
    longer = params.model_copy(update={"epochs": EPOCHS + 1, "patience_epochs": EPOCHS + 1})
    network = build(longer, CLASSES)
    silent(fit, network.learnt, rows, validation, longer, folder, lambda *_: ends.append(time.monotonic()))
    return ends[-1] - ends[0]


def step_rate(params: TrainParams, rows: Labelled) -> float:
    """Images a second of the training step alone, on one batch that lies in memory."""
    from dermaflow.model.architectures import build  # noqa: PLC0415 - TensorFlow after the forks
    from dermaflow.model.backend import tf  # noqa: PLC0415 - likewise
    from dermaflow.model.batches import untuned  # noqa: PLC0415 - likewise
    from dermaflow.model.phases import start_phase, tuned_layers  # noqa: PLC0415 - likewise

    model = build(params, CLASSES).learnt
    start_phase(model, 1, len(rows.labels), params, tuned_layers(model))
    size = params.batch_size
    one_hot = np.eye(CLASSES, dtype=np.float32)[rows.labels[:size]]
    batch = [tf.constant(np.asarray(rows.inputs[:size])), tf.constant(one_hot), tf.ones(size)]
    steps = EPOCHS * len(rows.labels) // size
    repeated = untuned(tf.data.Dataset.from_tensors(tuple(batch)).repeat(steps))
    model.fit(repeated.take(2), verbose=0)
    start = time.monotonic()
    model.fit(repeated, verbose=0)
    return steps * size / (time.monotonic() - start)


def stock_rate(
    params: TrainParams, n_images: int, folder: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> float:
    """Images a second of the same network trained the tutorial's way, with further settings of the environment."""
    from dermaflow.model.architectures import build_over, image_input  # noqa: PLC0415 - TensorFlow after the forks

    model = folder / "stock.keras"
    image = image_input(params)
    build_over(image, image, params, CLASSES).save(model)
    stock = {key: value for key, value in os.environ.items() if key != "TF_ENABLE_ONEDNN_OPTS"} | dict(settings)
    command = [sys.executable, "-c", STOCK, str(folder / "images"), str(params.image_size_px), str(model)]
    told = subprocess.run(command, env=stock, capture_output=True, text=True, check=True).stdout
    return n_images / float(told.split()[-1])


def cached_trunk(rows: Labelled, folder: Path, rounds: int) -> None:
    """Epochs that begin at the cut against epochs that begin at the image."""
    from dermaflow.model.architectures import build  # noqa: PLC0415 - TensorFlow after the forks
    from dermaflow.model.trunk import activations  # noqa: PLC0415 - likewise

    size = rows.inputs.shape[1]
    weights = drawn_weights(folder, size)
    for cut in CUTS:
        with_cache, without = [], []
        for number in range(rounds):
            changes = {"image_size_px": size, "weights": str(weights), "frozen_through": cut, "cache_trunk": True}
            params = params_of(architecture="MobileNetV2", **changes)
            start = time.monotonic()
            given = silent(activations, build(params, CLASSES).trunk, rows.inputs, folder / f"{cut}-{number}.npy")
            once_s = time.monotonic() - start
            cached = Labelled(given, rows.labels)
            place = folder / f"{cut}-{number}"
            with_cache.append(fitted_s(params, cached, Labelled(given[:64], rows.labels[:64]), place / "with"))
            plain = params.model_copy(update={"cache_trunk": False})
            part = Labelled(rows.inputs[:64], rows.labels[:64])
            without.append(fitted_s(plain, rows, part, place / "without"))
        print(
            f"MobileNetV2 tuned after {cut}: with the cache {median(without) / median(with_cache):.1f} times as fast "
            f"({EPOCHS} epochs of {len(rows.labels)} images: {median(with_cache):.1f} s, not {median(without):.1f} s; "
            f"once for the cache {once_s:.1f} s)",
            flush=True,
        )


def drawn_weights(folder: Path, size_px: int) -> Path:
    """Weights of MobileNetV2 as they are drawn: speed does not look at them."""
    from dermaflow.model.backend import keras  # noqa: PLC0415 - TensorFlow after the forks

    file = folder / "drawn.weights.h5"
    keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(size_px, size_px, 3)).save_weights(
        file
    )
    return file


def silent(work: object, *arguments: object) -> object:
    """Call without what it prints."""
    import contextlib  # noqa: PLC0415
    import io  # noqa: PLC0415

    with contextlib.redirect_stdout(io.StringIO()):
        return work(*arguments)  # type: ignore[operator]


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


if __name__ == "__main__":
    main()
