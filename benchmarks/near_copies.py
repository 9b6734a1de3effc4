"""How many pairs of HAM10000 count as near copies, and how many of them show one lesion by its metadata.

Run     python benchmarks/near_copies.py ../shared/data/ham10000
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dermaflow.quality.duplicates import MIN_CORRELATION, correlations, near_hashes
from dermaflow.quality.facts import THUMBNAIL_SIDE_PX, measure_images

BANDS = ((MIN_CORRELATION, 1.01), (0.98, MIN_CORRELATION), (0.97, 0.98))


def main(folder: Path) -> None:
    lesion = pd.read_csv(folder / "HAM10000_metadata.csv").set_index("image_id")["lesion_id"]
    facts = measure_images([(path.stem, path) for path in sorted((folder / "images").glob("*.jpg"))])
    hashes = np.array([int(text, 16) for text in facts["perceptual_hash"]], dtype=np.uint64)
    thumbnails = np.frombuffer(b"".join(facts["thumbnail"]), dtype=np.uint8).reshape(-1, THUMBNAIL_SIDE_PX**2)
    lesions = lesion[facts["image_id"]].to_numpy()
    for bits in (3, 5, 8):
        pairs = near_hashes(hashes, bits)
        correlation = correlations(thumbnails, pairs)
        one_lesion = lesions[pairs[:, 0]] == lesions[pairs[:, 1]]
        for low, high in BANDS:
            chosen = (correlation >= low) & (correlation < high)
            band = f"{low:.2f} to {min(high, 1):.2f}"
            print(
                f"{bits} bits, correlation {band}: {chosen.sum():4} pairs, {one_lesion[chosen].sum():4} of one lesion"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
