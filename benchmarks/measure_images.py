"""Reading, hashing, fully decoding and describing images: all cores against one process.

Run     python benchmarks/measure_images.py
"""

import tempfile
import time
from pathlib import Path

from phantoms import drawn

from dermaflow.core.parallel import cores
from dermaflow.quality.facts import measure, measure_images

IMAGES = 1_500


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        named = [(path.stem, path) for path in drawn(Path(folder), IMAGES)]
        start = time.perf_counter()
        for image_id, path in named:
            measure(image_id, path.read_bytes())
        one_s = time.perf_counter() - start
        start = time.perf_counter()
        measure_images(named)
        all_s = time.perf_counter() - start
    print(f"one process        {IMAGES / one_s:7.0f} images/s")
    print(f"{cores()} processes        {IMAGES / all_s:7.0f} images/s   {one_s / all_s:.2f} times one process")


if __name__ == "__main__":
    main()
