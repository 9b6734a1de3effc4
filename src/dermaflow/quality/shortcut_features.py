"""What could give a diagnosis away without a look at the lesion, as tables of features."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dermaflow.core.clinical import ATTRIBUTES, COLUMNS
from dermaflow.core.lesions import clinical_of, record_letters

_BORDER = (
    "border_red",
    "border_green",
    "border_blue",
    "border_red_spread",
    "border_green_spread",
    "border_blue_spread",
    "border_detail",
    "corner_brightness",
)
_LAST_NUMBER = r"(\d{1,15})\D*$"


@dataclass(frozen=True)
class Clue:
    """One thing that a model must not learn from."""

    name: str
    sentence: str  # what it sees; the subject of a sentence
    features: Callable[[pd.DataFrame], pd.DataFrame]  # a row an image; columns of text are categories


def _source(images: pd.DataFrame) -> pd.DataFrame:
    return images[["source"]]


def _record(images: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"record": record_letters(images)})


def _size(images: pd.DataFrame) -> pd.DataFrame:
    sides = images[["width", "height"]].astype("float64")
    return sides.assign(aspect=sides["width"] / sides["height"])


def _bytes(images: pd.DataFrame) -> pd.DataFrame:
    return images[["size_bytes"]].astype("float64")


def _compression(images: pd.DataFrame) -> pd.DataFrame:
    return images[["format", "quantisation"]].assign(jpeg_quality=images["jpeg_quality"].astype("float64"))


def _blanks(images: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({f"{name}_known": (images[name] != "").astype("float64") for name in ATTRIBUTES})


def _stated(images: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(clinical_of(images), index=images.index, columns=list(COLUMNS)).astype("float64")


def _number(images: pd.DataFrame) -> pd.DataFrame:
    """The number in the ISIC Archive, else the last number in the image's name; missing without any."""
    name = images["isic_id"].where(images["isic_id"] != "", images["image_id"])
    return pd.DataFrame({"number": name.str.extract(_LAST_NUMBER, expand=False).astype("float64")})


def _border(images: pd.DataFrame) -> pd.DataFrame:
    return images[list(_BORDER)].astype("float64")


CLUES = (
    Clue("source", "the source that an image comes from", _source),
    Clue("lesion record", "the collection in which the lesion is on record, if any,", _record),
    Clue("image size", "the width and height of the picture", _size),
    Clue("file size", "the number of bytes of the file", _bytes),
    Clue("compression", "the file's format and JPEG compression", _compression),
    Clue("blank cells", "whether age, sex and site are known or blank", _blanks),
    Clue("stated", "age, sex and site as they are stated", _stated),
    Clue("number", "the number in the name of the image", _number),
    Clue("border", "the outermost 4 % of the picture, where no lesion is,", _border),
)
"""What is needed of an image: the columns of accepted rows (core/lesions.py) and the facts of its file (facts.py)."""


def _together(images: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([clue.features(images) for clue in CLUES], axis=1)


ALL_CLUES = Clue("all together", "all that is known of an image besides its lesion", _together)


def is_constant(features: pd.DataFrame) -> bool:
    """Whether all images are alike to this clue, so that it tells nothing."""
    return len(features.drop_duplicates()) <= 1


def categories_of(features: pd.DataFrame) -> list[str]:
    """The columns of text."""
    return list(features.select_dtypes(exclude="number").columns)
