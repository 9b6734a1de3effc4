"""Drawn images and the rows that go with them."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import AUTHORITY_COLUMNS, INGESTED_COLUMNS
from dermaflow.quality.pictures import with_content_groups, with_pictures

Drawing = Callable[..., Image.Image]
Encoding = Callable[..., bytes]
Rows = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def draw() -> Drawing:
    """A picture of the colours and the texture of skin, another for each seed."""

    def _draw(seed: int = 0, width: int = 96, height: int = 96) -> Image.Image:
        generator = np.random.default_rng(seed)
        coarse = (
            np.array([190, 140, 120]) + generator.integers(-60, 60, (7, 7, 1)) + generator.integers(0, 9, (7, 7, 3))
        )
        skin = Image.fromarray(coarse.astype(np.uint8)).resize((96, 96), Image.Resampling.BICUBIC)
        grainy = np.clip(np.asarray(skin) + generator.normal(0, 8, (96, 96, 1)), 0, 255)
        return Image.fromarray(grainy.astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)

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
    """Ingested rows of class folders from dictionaries; file, label and sha256 follow from them, the rest is blank."""

    def _rows(*given: dict[str, str]) -> pd.DataFrame:
        known = [
            {
                "diagnosis": "nevus",
                "file": f"{row.get('diagnosis', 'nevus')}/{row['image_id']}.jpg",
                "label": row.get("diagnosis", "nevus"),
                "labelled_by": "folder",
                "sha256": sha256_hex(row["image_id"].encode()),
                **row,
            }
            for row in given
        ]
        table = pd.DataFrame(known, dtype=str)
        return table.reindex(columns=list(INGESTED_COLUMNS), fill_value="").fillna("")

    return _rows


@pytest.fixture(scope="session")
def described(ingested: Rows) -> Rows:
    """Ingested rows with picture, pixels and content group; near copies as pairs of image_ids, pixels by image_id."""

    def _described(*given: dict[str, str], near: Sequence[tuple[str, str]] = ()) -> pd.DataFrame:
        rows = ingested(*({key: value for key, value in row.items() if key != "pixels"} for row in given))
        pixels = {row["image_id"]: row.get("pixels", "pixels of " + row["image_id"]) for row in given}
        facts = pd.DataFrame({"image_id": list(pixels), "pixels_sha256": list(pixels.values())}, dtype=str)
        return with_content_groups(with_pictures(rows, facts), pd.DataFrame(near, columns=["image_id", "other_id"]))

    return _described


@pytest.fixture(scope="session")
def authorities() -> Rows:
    """What authorities say, from dictionaries; the meaning of a label is the label unless given."""

    def _rows(*given: dict[str, str]) -> pd.DataFrame:
        known = [{"authority": "board", "label": "", "diagnoses": row.get("label", ""), **row} for row in given]
        table = pd.DataFrame(known, columns=None if known else list(AUTHORITY_COLUMNS), dtype=str)
        return table.reindex(columns=list(AUTHORITY_COLUMNS), fill_value="").fillna("")

    return _rows
