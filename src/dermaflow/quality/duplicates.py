"""Images of nearly the same content under different names: recompressed, resized, turned, slightly cropped copies.

An index over descriptors finds candidates without comparing all pairs; the aligned thumbnails decide.
"""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dermaflow.core.seeds import generator
from dermaflow.quality.alignment import coarse_pictures, likeness, orientations
from dermaflow.quality.perceptual import Floats, Thumbnails, descriptors, luminance

MAX_DISTANCE = 7.5
"""Of two descriptors, to be a candidate: 99.7 % of planted copies are nearer, and 1 in 100,000 pairs of images."""

CELL = 10.0
"""The side of a cell of the index. Two descriptors at distance d share one with a chance of about (1 - d/40)^10."""
GRIDS = 24
"""How many times the index is laid out anew: those at distance 5 then meet with a chance of 99.9 %, at 7.5 of 95 %."""

_PAIRS_AT_ONCE = 4096
_PICTURES_AT_ONCE = 8192

Number = TypeVar("Number", bound=np.generic)

Pairs = npt.NDArray[np.int64]
"""Positions of two images each, the smaller first; shape (pairs, 2), in ascending order, none twice."""


def near_copies(thumbnails: Thumbnails, min_likeness: float, new: npt.NDArray[np.bool_] | None = None) -> Pairs:
    """The pairs of images that are copies of each other.

    Args:
        thumbnails: made by `perceptual.thumbnail_of`.
        min_likeness: the share of the one's variance that the other explains (see `alignment.likeness`), 0..1.
        new: shape (images,); only pairs with at least one such image are looked for. By default all are new.
    """
    coarse = [coarse_pictures(luminance(some)) for some in _in_parts(thumbnails, _PICTURES_AT_ONCE)]
    small = np.concatenate([np.empty((0, 64), np.float32), *coarse])
    chosen = [np.empty((0, 2), dtype=np.int64)]
    for pairs in _in_parts(candidates(descriptors(thumbnails), new), _PAIRS_AT_ONCE):
        some = pairs[orientations(small[pairs[:, 0]], small[pairs[:, 1]]) >= 0]
        ones, others = (luminance(thumbnails[some[:, side]]) for side in (0, 1))
        chosen.append(some[likeness(ones, others) >= min_likeness])
    return np.concatenate(chosen)


def candidates(points: Floats, new: npt.NDArray[np.bool_] | None = None) -> Pairs:
    """The pairs of descriptors within MAX_DISTANCE that share a cell of a grid, at least one of each `new`.

    Each of GRIDS grids is shifted at random (locality-sensitive hashing: Datar et al., Locality-sensitive hashing
    scheme based on p-stable distributions, 2004); sorting by cell brings together what is compared, so that the work
    grows with n log n as long as cells hold few images. A k-d tree, which would miss nothing, grows with n^1.8 here.
    """
    wanted = np.ones(len(points), dtype=bool) if new is None else new
    found = [np.empty(0, dtype=np.int64)]
    for grid in range(GRIDS if wanted.any() else 0):
        shift = generator("near copies", grid).uniform(0, CELL, points.shape[1])
        for ones, others in _sharing_a_cell(np.floor((points + shift) / CELL).astype(np.int64)):
            ones_wanted = wanted[ones] | wanted[others]
            one, other = ones[ones_wanted], others[ones_wanted]
            close = ((points[one] - points[other]) ** 2).sum(axis=1) <= MAX_DISTANCE**2
            least, most = np.minimum(one, other)[close], np.maximum(one, other)[close]
            found.append(least * len(points) + most)
        found = [np.unique(np.concatenate(found))]
    distinct = found[0]
    return np.stack(np.divmod(distinct, max(1, len(points))), axis=1)


def _sharing_a_cell(cells: npt.NDArray[np.int64]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """All pairs of equal rows, some at a time: those next to each other in order, then the next but one, and so on."""
    factors = generator("near copies", "cells").integers(1, 2**62, cells.shape[1])
    keys = (cells * factors).sum(axis=1)  # different cells with one key would cost time, and change nothing
    order = np.argsort(keys, kind="stable")
    codes = keys[order]
    starts = np.arange(len(order) - 1)
    away = 1
    while len(starts := starts[starts + away < len(order)]):
        starts = starts[codes[starts] == codes[starts + away]]
        yield order[starts], order[starts + away]
        away += 1


def _in_parts(rows: npt.NDArray[Number], size: int) -> Iterator[npt.NDArray[Number]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
