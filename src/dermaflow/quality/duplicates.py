"""Images of nearly the same content under different names: recompressed, resized, slightly cropped copies.

Two images are near copies if their 64-bit difference hashes differ in few bits and their thumbnails correlate.
The hash finds candidates without comparing all pairs; the thumbnails decide.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

HASH_BITS = 64
MIN_CORRELATION = 0.99
"""Of two thumbnails. In HAM10000 all pairs at or above it show one lesion; at 0.97 only one in six does."""

PAIRS_AT_ONCE = 4096

Hashes = npt.NDArray[np.uint64]
Pairs = npt.NDArray[np.intp]
"""Positions of two images each, the smaller first; shape (pairs, 2), in ascending order."""


def content_groups(
    image_ids: Sequence[str], hashes: Hashes, thumbnails: npt.NDArray[np.uint8], max_bits: int
) -> list[str]:
    """Name the group of near-identical images that each image belongs to, joined transitively.

    Args:
        hashes: shape (images,).
        thumbnails: shape (images, pixels), luminance in 0..255.
        max_bits: hashes that differ in more bits than this are of different content.

    Returns:
        The alphabetically first image_id of its group for each image: its own if it has no near copy.
    """
    pairs = near_copies(hashes, thumbnails, max_bits)
    n = len(image_ids)
    links = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, labels = connected_components(links, directed=False)
    first: dict[int, str] = {}
    for label, image_id in zip(labels.tolist(), image_ids, strict=True):
        first[label] = min(image_id, first.get(label, image_id))
    return [first[label] for label in labels.tolist()]


def near_copies(hashes: Hashes, thumbnails: npt.NDArray[np.uint8], max_bits: int) -> Pairs:
    """The pairs of images whose hashes are near and whose thumbnails correlate by MIN_CORRELATION or more."""
    pairs = near_hashes(hashes, max_bits)
    return pairs[correlations(thumbnails, pairs) >= MIN_CORRELATION]


def near_hashes(hashes: Hashes, max_bits: int) -> Pairs:
    """The pairs of hashes that differ in at most `max_bits` bits, without comparing all of them.

    Pigeonhole: cut into max_bits + 1 bands, two such hashes are equal in at least one band, so that only
    hashes that share a band are compared (Manku et al., Detecting near-duplicates for web crawling, 2007).
    """
    edges = np.linspace(0, HASH_BITS, max_bits + 2).astype(int)
    found = [_near_in_band(hashes, start, stop, max_bits) for start, stop in pairwise(edges)]
    return np.unique(np.concatenate(found), axis=0)


def correlations(thumbnails: npt.NDArray[np.uint8], pairs: Pairs) -> npt.NDArray[np.float64]:
    """Pearson's correlation of the two thumbnails of each pair, -1..1; 0 where one of them is of one shade."""
    starts = range(0, len(pairs), PAIRS_AT_ONCE)
    parts = [_correlations(thumbnails, pairs[start : start + PAIRS_AT_ONCE]) for start in starts]
    return np.concatenate([np.empty(0), *parts])


def _correlations(thumbnails: npt.NDArray[np.uint8], pairs: Pairs) -> npt.NDArray[np.float64]:
    shades = thumbnails[pairs].astype(np.float64)  # (pairs, 2, pixels)
    shades -= shades.mean(axis=2, keepdims=True)
    norms = np.linalg.norm(shades, axis=2).prod(axis=1)
    products = np.einsum("np,np->n", shades[:, 0], shades[:, 1])
    correlation: npt.NDArray[np.float64] = np.divide(products, norms, out=np.zeros(len(pairs)), where=norms > 0)
    return correlation


def _near_in_band(hashes: Hashes, start: int, stop: int, max_bits: int) -> Pairs:
    """The near pairs among hashes that are equal in the bits start..stop."""
    band = (hashes >> np.uint64(start)) & np.uint64((1 << (stop - start)) - 1)
    order = np.argsort(band, kind="stable")
    buckets = np.split(order, np.flatnonzero(np.diff(band[order])) + 1)
    near = [np.empty((0, 2), dtype=np.intp)]
    for bucket in buckets:
        for position, one in enumerate(bucket[:-1]):
            others = bucket[position + 1 :]
            others = others[np.bitwise_count(hashes[others] ^ hashes[one]) <= max_bits]
            near.append(np.stack([np.full_like(others, one), others], axis=1))
    return np.concatenate(near)
