"""What a picture looks like, in 1,152 bytes: enough to find its near copies, little enough to keep for 400,000.

A descriptor is drawn from the thumbnail for the index of `duplicates`: ten numbers that hardly change when the
picture is recompressed, resized, turned, mirrored or slightly cropped.
"""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from PIL import Image

from dermaflow.quality.projection import PROJECTION

SIDE_PX = 32
CHROMA_SIDE_PX = 8
THUMBNAIL_BYTES = SIDE_PX**2 + 2 * CHROMA_SIDE_PX**2
_FREQUENCIES, _CHROMA_FREQUENCIES = 3, 2  # waves across the picture; finer ones differ among copies
_FLOOR, _CHROMA_FLOOR = 0.6, 0.18  # keeps the square root of a faint wave from magnifying noise
_AT_ONCE = 8192

Thumbnails = npt.NDArray[np.uint8]
"""Shape (images, THUMBNAIL_BYTES)."""

Floats = npt.NDArray[np.float32]


def thumbnail_of(image: Image.Image) -> bytes:
    """The picture drawn very small, whatever its proportions.

    Returns:
        THUMBNAIL_BYTES bytes in 0..255, each plane row by row: luminance at 32×32 px, then the two chroma planes
        (Cb, Cr of JPEG, 128 is grey) at 8×8 px. Each value is the mean of the area that it stands for.
    """
    small = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    luminance, *chroma = small.convert("YCbCr").split()
    coarse = [plane.resize((CHROMA_SIDE_PX, CHROMA_SIDE_PX), Image.Resampling.BOX) for plane in chroma]
    return b"".join(plane.tobytes() for plane in (luminance, *coarse))


def luminance(thumbnails: Thumbnails) -> Floats:
    """The luminance planes, 0..255, shape (images, SIDE_PX, SIDE_PX)."""
    return thumbnails[:, : SIDE_PX**2].reshape(-1, SIDE_PX, SIDE_PX).astype(np.float32)


def descriptors(thumbnails: Thumbnails) -> Floats:
    """Ten numbers an image; their Euclidean distance is about 3 between copies, and 60 between strangers.

    They are the directions in which planted copies differ least, compared with different images (linear
    discriminant analysis, see `projection`), of the features below.
    """
    projection = np.array(PROJECTION, dtype=np.float32)
    starts = range(0, len(thumbnails), _AT_ONCE)
    parts = [features(thumbnails[start : start + _AT_ONCE]) @ projection for start in starts]
    return np.concatenate([np.empty((0, projection.shape[1]), np.float32), *parts])


def features(thumbnails: Thumbnails) -> Floats:
    """Mean and strength of the coarsest waves of each plane, seen through a soft round window; shape (images, 41).

    The window fades the border out, which a crop changes. Magnitudes of a Fourier transform ignore shifts and
    half turns; mirroring and quarter turns exchange waves of one kind, so that these are sorted.
    """
    edges = np.cumsum([SIDE_PX**2, CHROMA_SIDE_PX**2])
    planes = np.split(thumbnails.astype(np.float32), edges, axis=1)
    waves = [_waves(planes[0], SIDE_PX, _FREQUENCIES, _FLOOR)]
    waves += [_waves(plane, CHROMA_SIDE_PX, _CHROMA_FREQUENCIES, _CHROMA_FLOOR) for plane in planes[1:]]
    means = [mean for mean, _ in waves]
    strengths = [strength for _, strength in waves]
    return np.concatenate([*means, *strengths], axis=1)


def _waves(plane: Floats, side: int, frequencies: int, floor: float) -> tuple[Floats, Floats]:
    hann = np.hanning(side + 2)[1:-1]
    window = np.outer(hann, hann) / hann.sum() ** 2
    mean = plane @ window.reshape(-1, 1).astype(np.float32)
    strengths = []
    for kind in _kinds(frequencies):
        basis = np.stack([_wave(window, u, v) for u, v in kind], axis=1)
        real, imaginary = (plane @ part.astype(np.float32) for part in (basis.real, basis.imag))
        strengths.append(np.sort(np.sqrt(np.hypot(real, imaginary) + np.float32(floor)), axis=1))
    return mean, np.concatenate(strengths, axis=1)


def _wave(window: npt.NDArray[np.float64], u: int, v: int) -> npt.NDArray[np.complex128]:
    """A windowed wave without response to a constant."""
    side = len(window)
    turns = np.add.outer(u * np.arange(side), v * np.arange(side)) / side
    wave = np.exp(-2j * np.pi * turns)
    result: npt.NDArray[np.complex128] = (window * (wave - (window * wave).sum())).ravel()
    return result


def _kinds(frequencies: int) -> list[list[tuple[int, int]]]:
    """The waves (rows, columns) of each kind, that is, those that the eight orientations exchange."""
    kinds = defaultdict(list)
    for u in range(frequencies + 1):
        for v in range(-frequencies, frequencies + 1):
            half = u > 0 or v > 0  # the other half are the same waves
            if half and u * u + v * v <= frequencies * frequencies + 1:
                kinds[max(u, abs(v)), min(u, abs(v))].append((u, v))
    return [kinds[kind] for kind in sorted(kinds)]
