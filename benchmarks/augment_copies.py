"""Augmented copies: our seeded calls of Augmentor's operations against Augmentor's own `sample()` with its threads.

Both read 180 px JPEG files and write as many JPEG copies of that size, varied by the same operations: rotation to 20°
(bicubic), zoom to 1.2 (bicubic), brightness by 20 %, two flips and a quarter turn, each of these in half of the copies.
They differ, by default and unchangeably, in what a copy is worth: Augmentor's has black corners, is resampled twice
and saved at Pillow's quality of 75 with halved colour; ours goes on beyond its edges, is resampled once and saved at
quality 95 with whole colour. Augmentor decodes an image anew for every copy, drawn with replacement; ours once.

Sides take turns, with the starting of processes and threads; the median counts. Processor time is told beside the
clock's, because on a machine that does other work too the clock favours whoever starts more threads.

Run     python benchmarks/augment_copies.py
"""

import contextlib
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import Augmentor
from phantoms import drawn

from dermaflow.augment.operations import Original, write_copies
from dermaflow.augment.params import AugmentParams
from dermaflow.core.parallel import cores, parallel_map

IMAGES, COPIES, ROUNDS = 400, 5, 3
PARAMS = AugmentParams(
    images_per_class=0,
    copies_per_image=COPIES,
    max_rotation_deg=20,
    max_zoom_factor=1.2,
    max_off_centre_frac=0.0,
    max_brightness_change=0.2,
    max_contrast_change=0.0,
    max_colour_change=0.0,
    seed=1,
)


def pipeline_on(source: Path, target: Path) -> Augmentor.Pipeline:
    with contextlib.redirect_stdout(io.StringIO()):
        pipeline = Augmentor.Pipeline(str(source), output_directory=str(target))
    pipeline.rotate_without_crop(1, 20, 20)
    pipeline.zoom(1, 1, 1.2)
    pipeline.random_brightness(1, 0.8, 1.2)
    pipeline.flip_left_right(0.5)
    pipeline.flip_top_bottom(0.5)
    pipeline.rotate90(0.5)
    return pipeline


def theirs(source: Path, target: Path) -> None:
    with contextlib.redirect_stderr(io.StringIO()):
        pipeline_on(source, target).sample(IMAGES * COPIES, multi_threaded=True)


def ours(source: Path, target: Path) -> None:
    originals = [
        Original(path.stem, path, [(n, target / f"{path.stem}_copy{n:03d}.jpg") for n in range(1, COPIES + 1)], PARAMS)
        for path in sorted(source.glob("*.jpg"))
    ]
    parallel_map(write_copies, originals, "images varied")


def seconds(side: Callable[[Path, Path], None], source: Path) -> tuple[float, float]:
    """By the clock, and of all processors together."""
    with tempfile.TemporaryDirectory() as target:
        clock, before = time.perf_counter(), sum(os.times()[:4])
        side(source, Path(target))
        took = time.perf_counter() - clock, sum(os.times()[:4]) - before
        made = sum(1 for _ in Path(target).iterdir())
    if made != IMAGES * COPIES:
        raise SystemExit(f"expected {IMAGES * COPIES} copies, found {made}")
    return took


def main() -> None:
    copies = IMAGES * COPIES
    with tempfile.TemporaryDirectory() as folder:
        drawn(Path(folder), IMAGES)
        rounds = [(seconds(theirs, Path(folder)), seconds(ours, Path(folder))) for _ in range(ROUNDS)]
    medians = []
    for name, side in (("Augmentor's sample()", 0), (f"dermaflow, {cores()} processes", 1)):
        clock, processors = (statistics.median(one[side][kind] for one in rounds) for kind in (0, 1))
        medians.append((clock, processors))
        print(f"{name:26} {copies / clock:6.0f} copies/s   {1000 * processors / copies:.2f} ms of a processor a copy")
    (theirs_s, theirs_cpu_s), (ours_s, ours_cpu_s) = medians
    print(f"{theirs_s / ours_s:.2f} times Augmentor's speed, {theirs_cpu_s / ours_cpu_s:.2f} times a processor second")


if __name__ == "__main__":
    main()
