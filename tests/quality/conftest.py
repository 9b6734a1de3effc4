"""Drawn images and the rows that go with them."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import INGESTED_COLUMNS

Drawing = Callable[..., Image.Image]
Encoding = Callable[..., bytes]
Rows = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def draw() -> Drawing:
    """A smooth coloured picture, another for each seed."""

    def _draw(seed: int = 0, width: int = 96, height: int = 96) -> Image.Image:
        coarse = np.random.default_rng(seed).integers(20, 236, (7, 7, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)

    return _draw


@pytest.fixture(scope="session")
def encode() -> Encoding:
    """The bytes of an image file."""

    def _encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    return _encode


@pytest.fixture(scope="session")
def ingested() -> Rows:
    """Ingested rows from dictionaries; what is not given is blank, file and sha256 follow from the image_id."""

    def _rows(*given: dict[str, str]) -> pd.DataFrame:
        known = [
            {
                "diagnosis": "nevus",
                "file": f"{row.get('diagnosis', 'nevus')}/{row['image_id']}.jpg",
                "sha256": sha256_hex(row["image_id"].encode()),
                **row,
            }
            for row in given
        ]
        table = pd.DataFrame(known, dtype=str)
        return table.reindex(columns=list(INGESTED_COLUMNS), fill_value="").fillna("")

    return _rows
