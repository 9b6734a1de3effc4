"""Near copies: how many planted ones are found and how many strangers with them, and how the search grows.

Run     python benchmarks/near_copies.py [../shared/data/ham10000]

Planted copies are those of `planted.py`, of phantoms and of the half of HAM10000's lesions that the projection was not
fitted on (those of odd number). A pair of originals of one lesion counts neither for nor against. For the growth, rows
are mixed from two pictures each, so that they lie as close together as real ones.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from phantoms import drawn
from planted import KINDS, planted

from dermaflow.quality.alignment import likeness
from dermaflow.quality.duplicates import candidates, near_copies
from dermaflow.quality.perceptual import descriptors, luminance

LIKENESSES = (0.95, 0.96, 0.97, 0.98, 0.99)
ROWS = (10_000, 40_000, 100_000, 400_000)
PHANTOMS = 1_500
OWN = 0.8  # the weight of the one picture in a mixed row; of the other √(1 - 0.8²)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = drawn(Path(folder), PHANTOMS)
        base = planted(paths)
        report("phantoms", base, np.array([path.stem.split("_")[1] for path in paths]))
    if len(sys.argv) > 1:
        base, lesions = held_out(Path(sys.argv[1]))
        report("HAM10000, lesions of odd number", base, lesions)
    grow(base[:, 0])


def held_out(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    lesion = pd.read_csv(folder / "HAM10000_metadata.csv").set_index("image_id")["lesion_id"].sort_index()
    odd = lesion[lesion.str[-1].astype(int) % 2 == 1]
    return planted([folder / "images" / f"{image_id}.jpg" for image_id in odd.index]), odd.to_numpy()


def report(name: str, thumbnails: np.ndarray, lesions: np.ndarray) -> None:
    n = len(thumbnails)
    print(f"{name}: {n:,} images and a copy of each")
    print("  likeness at least   recall " + "".join(f"{kind:>11}" for kind in KINDS) + "   strangers   precision")
    found = [compared(np.concatenate([thumbnails[:, 0], thumbnails[:, kind]])) for kind in range(1, len(KINDS) + 1)]
    for least in LIKENESSES:
        recalls, strangers = [], 0
        for pairs, alike in found:
            near = pairs[alike >= least]
            of = near % n
            true = of[:, 0] == of[:, 1]
            recalls.append(true.sum() / n)
            strangers = max(strangers, int((lesions[of[:, 0]] != lesions[of[:, 1]]).sum()))
        shares = "".join(f"{recall:11.4f}" for recall in recalls)
        print(f"  {least:17.2f}          {shares}   {strangers:9d}   {n / (n + strangers):9.4f}", flush=True)


def compared(thumbnails: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every candidate pair and its likeness."""
    pairs = candidates(descriptors(thumbnails))
    alike = [
        likeness(luminance(thumbnails[some[:, 0]]), luminance(thumbnails[some[:, 1]]))
        for some in np.array_split(pairs, max(1, len(pairs) // 4096))
    ]
    return pairs, np.concatenate(alike)


def grow(originals: np.ndarray) -> None:
    print("      rows   candidates   near   seconds   against n log n   peak memory")
    unit = None
    for rows in ROWS:
        thumbnails = mixed(originals, rows)
        start = time.perf_counter()
        n_candidates = len(candidates(descriptors(thumbnails)))
        searched_s = time.perf_counter() - start
        near = near_copies(thumbnails, 0.97)
        seconds = time.perf_counter() - start - searched_s
        unit = unit or seconds / (rows * np.log(rows))
        peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        growth = seconds / (rows * np.log(rows)) / unit
        figures = f"{rows:10,d}   {n_candidates:10,d}   {len(near):4d}   {seconds:7.1f}   {growth:15.2f}"
        print(f"{figures}   {peak_gib:7.2f} GiB", flush=True)


def mixed(originals: np.ndarray, rows: int) -> np.ndarray:
    """Thumbnails, each mixed from two, shape (rows, bytes); as spread out as the originals."""
    rng = np.random.default_rng(7)
    mean = originals.mean(axis=0, dtype=np.float32)
    out = np.empty((rows, originals.shape[1]), dtype=np.uint8)
    for start in range(0, rows, 10_000):
        one, other = (originals[rng.integers(len(originals), size=min(10_000, rows - start))] - mean for _ in range(2))
        out[start : start + 10_000] = np.clip(OWN * one + np.sqrt(1 - OWN**2) * other + mean + 0.5, 0, 255)
    return out


if __name__ == "__main__":
    main()
