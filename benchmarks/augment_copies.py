"""Augmented copies: our seeded calls of Augmentor's operations against Augmentor's own `sample()` with its threads.

Both read 180 px JPEG files and write JPEG copies, with the same operations: rotation to 20°, zoom to 1.2, brightness
by 20 %, flips, quarter turns. Augmentor's rotation does not continue the image at its edges, ours does.

Run     python benchmarks/augment_copies.py
"""

import contextlib
import io
import tempfile
import time
from pathlib import Path

import Augmentor
from phantoms import drawn

from dermaflow.augment.operations import Original, write_copies
from dermaflow.augment.params import AugmentParams
from dermaflow.core.parallel import cores, parallel_map

IMAGES, COPIES = 200, 5
PARAMS = AugmentParams(
    images_per_class=500, max_rotation_deg=20, max_zoom_factor=1.2, max_brightness_change=0.2, seed=1
)


def theirs(folder: Path) -> float:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pipeline = Augmentor.Pipeline(str(folder), output_directory="out")
        pipeline.rotate_without_crop(1, 20, 20)
        pipeline.zoom(1, 1, 1.2)
        pipeline.random_brightness(1, 0.8, 1.2)
        pipeline.flip_left_right(0.5)
        pipeline.flip_top_bottom(0.5)
        pipeline.rotate90(0.5)
        start = time.perf_counter()
        pipeline.sample(IMAGES * COPIES, multi_threaded=True)
    return time.perf_counter() - start


def ours(paths: list[Path], folder: Path) -> float:
    originals = [
        Original(path.stem, path, [(n, folder / f"{path.stem}_copy{n:03d}.jpg") for n in range(1, COPIES + 1)], PARAMS)
        for path in paths
    ]
    start = time.perf_counter()
    parallel_map(write_copies, originals, "images varied")
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        paths = drawn(Path(source), IMAGES)
        ours_s, theirs_s = ours(paths, Path(target)), theirs(Path(source))
    copies = IMAGES * COPIES
    print(f"Augmentor's sample()       {copies / theirs_s:6.0f} copies/s")
    print(
        f"dermaflow, {cores()} processes    {copies / ours_s:6.0f} copies/s   {theirs_s / ours_s:.2f} times Augmentor's"
    )


if __name__ == "__main__":
    main()
