"""Fit the ten directions in which copies differ least, compared with different images, on planted copies.

Half of HAM10000's lesions (those of even number) and phantoms count alike; benchmarks/near_copies.py tells how well it
does on the others. The result depends on nothing that is random.

Run     python benchmarks/fit_projection.py ../shared/data/ham10000 && ruff format src/dermaflow/quality/projection.py
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from phantoms import drawn
from planted import planted
from scipy.linalg import eigh

from dermaflow.quality import perceptual

MODULE = Path(__file__).parents[1] / "src" / "dermaflow" / "quality" / "projection.py"
DIRECTIONS = 10
HEAD = '''"""The directions of `perceptual.features` in which copies differ least, compared with different images.

Fitted by benchmarks/fit_projection.py on planted copies of phantoms and of HAM10000; the unit is the standard deviation
of what making a copy changes. A row a feature.
"""

PROJECTION = ('''


def main(folder: Path) -> None:
    lesion = pd.read_csv(folder / "HAM10000_metadata.csv").set_index("image_id")["lesion_id"]
    even = lesion[lesion.str[-1].astype(int) % 2 == 0].index
    with tempfile.TemporaryDirectory() as temporary:
        phantoms = spread(drawn(Path(temporary), 1500))
    real = spread([folder / "images" / f"{image_id}.jpg" for image_id in sorted(even)])
    within, between = ((one + other) / 2 for one, other in zip(phantoms, real, strict=True))
    values, vectors = eigh(between, within)
    best = vectors[:, ::-1][:, :DIRECTIONS]
    best = best * np.sign(best[np.abs(best).argmax(axis=0), np.arange(DIRECTIONS)])
    print("spread of images in units of that of copies:", np.round(np.sqrt(values[::-1][:DIRECTIONS]), 1))
    rows = ["    (" + ", ".join(f"{value:.5g}" for value in row) + ")," for row in best]
    MODULE.write_text("\n".join([HEAD, *rows, ")", ""]))


def spread(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """The second moments of what copying changes, and the covariance of the images."""
    thumbnails = planted(paths)
    originals, copies = (perceptual.features(thumbnails[:, which]).astype(np.float64) for which in (0, -1))
    changes = copies - originals
    return changes.T @ changes / len(changes), np.cov(originals.T)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
