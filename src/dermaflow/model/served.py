"""The bundle as MLflow serves it: image files in a column of bytes, what is known beside them, probabilities out.

MLflow finds `_load_pyfunc` by name (loader_module="dermaflow.model.served"); this module does not know MLflow.
"""

import base64
import binascii
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dermaflow.core.answers import DISTANCE, PREDICTED, SUSPECTED, probability_columns
from dermaflow.core.clinical import ATTRIBUTES, encoded
from dermaflow.core.errors import ImageError, TableError
from dermaflow.model.bundle import Bundle, load_bundle
from dermaflow.model.card import Card
from dermaflow.model.session import Scores

IMAGE_COLUMN = "image"


class ServedBundle:
    """What MLflow calls: `predict` takes and gives pandas tables."""

    def __init__(self, bundle: Bundle) -> None:
        """Serve an already loaded bundle."""
        self.bundle = bundle

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002 - MLflow passes it
        """Predict each row's image.

        Args:
            model_input: a column `image`: the bytes of an image file, or the same as base64 text; columns age (years),
                sex and site (see core.clinical) if they are known, blank or missing where they are not.
            params: not used.

        Returns:
            The columns of core.answers, with the card's classes; the index of the input.

        Raises:
            TableError: there is no column `image`.
            ImageError: a cell is neither bytes nor base64, or no image; the message counts from 0.
        """
        if not isinstance(model_input, pd.DataFrame) or IMAGE_COLUMN not in model_input.columns:
            found = ", ".join(map(str, getattr(model_input, "columns", []))) or type(model_input).__name__
            raise TableError(f"expected a table with a column '{IMAGE_COLUMN}' of image files, received {found}")
        files = [_bytes_of(cell, number) for number, cell in enumerate(model_input[IMAGE_COLUMN])]
        scores = self.bundle.predict_bytes(files, encoded(*(_texts(model_input, name) for name in ATTRIBUTES)))
        return as_table(scores, self.bundle.card, model_input.index)


def as_table(scores: Scores, card: Card, index: pd.Index) -> pd.DataFrame:
    """What is said of images in the columns of core.answers."""
    table = pd.DataFrame(scores.probabilities, columns=probability_columns(card.classes), index=index)
    table.insert(0, PREDICTED, np.array(card.classes)[scores.probabilities.argmax(axis=1)])
    table[SUSPECTED] = [card.suspected(row) for row in scores.probabilities]
    table[DISTANCE] = scores.distance
    return table


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    """A column as text, blank where it is missing."""
    if column not in table.columns:
        return [""] * len(table)
    return ["" if pd.isna(cell) else str(cell) for cell in table[column]]


def _bytes_of(cell: object, number: int) -> bytes:
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return bytes(cell)
    if not isinstance(cell, str):
        raise ImageError(f"image {number}: expected bytes or base64 text, received {type(cell).__name__}")
    try:
        return base64.b64decode(cell, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageError(f"image {number}: expected base64 text, received something else ({error})") from error


def _load_pyfunc(data_path: str) -> ServedBundle:
    """What MLflow calls with the folder of the bundle."""
    return ServedBundle(load_bundle(Path(data_path)))
