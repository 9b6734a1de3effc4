"""Which rows show the same picture (same bytes, pixels or number in the ISIC Archive), and which nearly the same."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from dermaflow.core.groups import connected

SAME_PICTURE = ("sha256", "pixels_sha256", "isic_id")
"""Two rows with the same value in one of these columns are filings of one picture; blank says nothing."""


def with_pictures(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """The rows with two columns more: `pixels_sha256`, and `picture`, a number that filings of one picture share.

    Args:
        rows: INGESTED_COLUMNS, a row a file.
        facts: as made by `facts.measure_images`, a row an image; pixels_sha256 is blank where nothing could be decoded.
    """
    pixels = dict(zip(facts["image_id"], facts["pixels_sha256"], strict=True))
    described = rows.assign(pixels_sha256=rows["image_id"].map(pixels).fillna(""))
    return described.assign(picture=connected(described, SAME_PICTURE))


def with_content_groups(rows: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """The rows with a column `content_group`, equal where pictures are the same or near copies of each other.

    Args:
        rows: with image_id and `picture`.
        near: near copies, a row a pair: image_id, other_id; pairs with images that are not here are passed over.

    Returns:
        The rows; a group is named after the alphabetically first image_id in it.
    """
    picture_of = dict(zip(rows["image_id"], rows["picture"], strict=True))
    pairs = near[near["image_id"].isin(picture_of) & near["other_id"].isin(picture_of)]
    ends = pairs["image_id"].map(picture_of), pairs["other_id"].map(picture_of)
    n_pictures = len(set(picture_of.values()))
    edges = coo_matrix((np.ones(len(pairs), dtype=bool), ends), shape=(n_pictures, n_pictures))
    group_of_picture = connected_components(edges, directed=False)[1]
    groups = pd.Series(group_of_picture[rows["picture"]], index=rows.index)
    return rows.assign(content_group=rows["image_id"].groupby(groups).transform("min"))
