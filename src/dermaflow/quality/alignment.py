"""How alike two thumbnails are once one has been turned and shifted onto the other."""

import numpy as np
import numpy.typing as npt

from dermaflow.quality.perceptual import SIDE_PX, Floats

NOISE_VARIANCE = 4.0  # in squared shades (0..255): what recompression leaves in a smoothed thumbnail
MIN_CORRELATION = 0.9  # below it nothing is alike, however faint both pictures are
_MIN_COARSE_CORRELATION = 0.85  # at 8×8 px and before any shift; 99.9 % of planted copies have more
_STEPS = 5
_MAX_SHIFT_PX = 4.0  # a crop by 5 % on one side of one image and on the other side of the other needs 3.2
_PAIRS_AT_ONCE = 512
COARSE_PX = 8


def _turns(side: int) -> npt.NDArray[np.intp]:
    """For each of the eight orientations where each pixel of a square comes from; shape (8, side²)."""
    places = np.arange(side * side).reshape(side, side)
    views = [view[::rows, ::columns] for view in (places, places.T) for rows in (1, -1) for columns in (1, -1)]
    return np.stack([view.ravel() for view in views])


_TURNS, _COARSE_TURNS = _turns(SIDE_PX), _turns(COARSE_PX)
_CENTRE = (SIDE_PX - 1) / 2
_GRID = np.arange(SIDE_PX, dtype=np.float32)
_FROM_CENTRE = (_GRID - _CENTRE) / _CENTRE


def coarse_pictures(pictures: Floats) -> Floats:
    """Luminance at 8×8 px, row by row, with mean 0 and norm 1 (all 0 where there is one shade): (pictures, 64)."""
    block = SIDE_PX // COARSE_PX
    small = pictures.reshape(len(pictures), COARSE_PX, block, COARSE_PX, block).mean(axis=(2, 4))
    small = small.reshape(len(pictures), -1)
    small -= small.mean(axis=1, keepdims=True)
    coarse: Floats = small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), np.float32(1e-6))
    return coarse


def orientations(ones: Floats, others: Floats) -> npt.NDArray[np.intp]:
    """How each other must be turned to be most like its one, 0..7; -1 where nothing makes it at all alike.

    Args:
        ones: made by `coarse_pictures`, shape (pairs, 64).
        others: likewise.
    """
    correlations = np.stack([(ones * others[:, turn]).sum(axis=1) for turn in _COARSE_TURNS], axis=1)
    best = correlations.argmax(axis=1)
    return np.where(correlations.max(axis=1) >= _MIN_COARSE_CORRELATION, best, -1)


def likeness(ones: Floats, others: Floats) -> Floats:
    """The share of a picture's variance that the other explains, noise left out; 1 for a copy, 0 for a stranger.

    The other is brought into the one's orientation, of eight, and then shifted and stretched along both axes to the
    least squared difference (Gauss-Newton; Baker & Matthews, Lucas-Kanade 20 years on, 2004). Differences of
    brightness count as differences in contrast, not in mean.

    Args:
        ones: luminance in 0..255, shape (pairs, SIDE_PX, SIDE_PX).
        others: likewise.

    Returns:
        Shape (pairs,), in 0..1.
    """
    starts = range(0, len(ones), _PAIRS_AT_ONCE)
    parts = [_likeness(ones[at : at + _PAIRS_AT_ONCE], others[at : at + _PAIRS_AT_ONCE]) for at in starts]
    return np.concatenate([np.empty(0, np.float32), *parts])


def _likeness(ones: Floats, others: Floats) -> Floats:
    turns = orientations(coarse_pictures(ones), coarse_pictures(others))
    found = np.zeros(len(ones), dtype=np.float32)
    promising = np.flatnonzero(turns >= 0)
    if len(promising):
        flat = others[promising].reshape(len(promising), -1)
        turned = np.take_along_axis(flat, _TURNS[turns[promising]], axis=1).reshape(-1, SIDE_PX, SIDE_PX)
        found[promising] = _explained(ones[promising], *_aligned(ones[promising], turned))
    return found


def _aligned(ones: Floats, others: Floats) -> tuple[Floats, Floats]:
    """The others, shifted and stretched onto the ones, and a mask that is 1 where they reach and 0 beyond."""
    count = len(ones)
    down, across = np.gradient(ones, axis=(1, 2))
    slopes = np.stack([down, down * _FROM_CENTRE[:, None], across, across * _FROM_CENTRE], axis=1)
    moves = np.zeros((count, 4), dtype=np.float32)
    for _ in range(_STEPS):
        moved, mask = _moved(others, moves)
        differences = ((_centred(ones, mask) - _centred(moved, mask)) * mask).reshape(count, -1, 1)
        masked = (slopes * mask[:, None]).reshape(count, 4, -1)
        curvature = masked @ masked.transpose(0, 2, 1) + np.eye(4, dtype=np.float32)  # never singular
        step = np.linalg.solve(curvature, masked @ differences)[:, :, 0]
        moves = np.clip(moves + step, -_MAX_SHIFT_PX, _MAX_SHIFT_PX).astype(np.float32)
    return _moved(others, moves)


def _moved(pictures: Floats, moves: Floats) -> tuple[Floats, Floats]:
    """Sample the pictures at grid + shift + stretch · (distance from the centre), rows and then columns."""
    rows, columns = (_GRID + moves[:, [axis]] + moves[:, [axis + 1]] * _FROM_CENTRE for axis in (0, 2))
    moved = np.asarray(_sampling(rows) @ pictures @ _sampling(columns).transpose(0, 2, 1), dtype=np.float32)
    inside = [((at > -0.5) & (at < SIDE_PX - 0.5)).astype(np.float32) for at in (rows, columns)]  # noqa: PLR2004
    return moved, inside[0][:, :, None] * inside[1][:, None, :]


def _sampling(positions: Floats) -> Floats:
    """Weights of cubic convolution (Keys, 1981, a = -1/2), shape (pairs, positions, pixels)."""
    away = np.abs(np.clip(positions, 0, SIDE_PX - 1)[:, :, None] - _GRID)
    near = (1.5 * away - 2.5) * away * away + 1
    far = ((2.5 - 0.5 * away) * away - 4) * away + 2
    weights: Floats = np.where(away <= 1, near, np.where(away < 2, far, 0)).astype(np.float32)  # noqa: PLR2004
    return weights


def _explained(ones: Floats, others: Floats, mask: Floats) -> Floats:
    one, other = (_centred(_smoothed(pictures), mask) * mask for pictures in (ones, others))
    pixels = mask.sum(axis=(1, 2))
    variances = np.stack([(picture**2).sum(axis=(1, 2)) / pixels for picture in (one, other)])
    correlation = (one * other).sum(axis=(1, 2)) / pixels / np.maximum(np.sqrt(variances.prod(axis=0)), 1e-6)
    excess = np.maximum(((one - other) ** 2).sum(axis=(1, 2)) / pixels - NOISE_VARIANCE, 0)
    explained = 1 - excess / np.maximum(variances.max(axis=0), 1e-6)
    found: Floats = np.where(correlation >= MIN_CORRELATION, np.maximum(explained, 0), 0).astype(np.float32)
    return found


def _centred(pictures: Floats, mask: Floats) -> Floats:
    means = (pictures * mask).sum(axis=(1, 2), keepdims=True) / mask.sum(axis=(1, 2), keepdims=True)
    centred: Floats = pictures - means
    return centred


def _smoothed(pictures: Floats) -> Floats:
    """Each pixel averaged with its neighbours, by 1, 2, 1 in both directions; the border is continued."""
    for axis in (1, 2):
        ends = [(0, 0), (int(axis == 1),) * 2, (int(axis == 2),) * 2]  # noqa: PLR2004
        wide = np.pad(pictures, ends, mode="edge")
        before, here, after = (wide.take(range(at, at + SIDE_PX), axis=axis) for at in (0, 1, 2))
        pictures = np.asarray((before + 2 * here + after) / 4, dtype=np.float32)
    return pictures
