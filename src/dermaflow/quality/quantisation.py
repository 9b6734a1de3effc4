"""How strongly a JPEG was compressed: its quantisation tables, which tell the camera or program that wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from dermaflow.core.files import sha256_hex

_DIGEST_DIGITS = 8
_STANDARD = np.sort(
    [
        *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
        *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
        *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
        *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
    ]
)
"""The luminance table at quality 50, row by row: ITU-T T.81 (JPEG), annex K, table K.1. Sorted."""
_SCALES = np.concatenate([5000 // np.arange(1, 50), 200 - 2 * np.arange(50, 101)])[:, None]
"""In percent, for qualities 1 to 100, as libjpeg scales the table (jcparam.c)."""
_TABLES = np.clip((_STANDARD * _SCALES + 50) // 100, 1, 255)
"""The tables of qualities 1 to 100."""


@dataclass(frozen=True)
class Quantisation:
    """What the tables of a JPEG say."""

    quantisation: str = ""  # eight hexadecimal digits that stand for the tables; blank: no JPEG
    jpeg_quality: int | None = None  # 1..100 as libjpeg counts, estimated from the luminance table


def quantisation_of(header: Image.Image) -> Quantisation:
    """The tables of an image that was opened, decoded or not; blank for what is no JPEG."""
    tables = getattr(header, "quantization", None)
    if not tables:
        return Quantisation()
    text = ";".join(f"{number}:{','.join(map(str, tables[number]))}" for number in sorted(tables))
    return Quantisation(sha256_hex(text.encode())[:_DIGEST_DIGITS], _quality(tables[min(tables)]))


def _quality(table: Sequence[int]) -> int:
    """The quality whose table is nearest; sorted, since it does not matter in which order a table was read."""
    return 1 + int(np.abs(_TABLES - np.sort(table)).sum(axis=1).argmin())
