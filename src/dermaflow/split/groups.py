"""The names of groups: a group keeps the name that its members had before."""

from collections.abc import Collection

import pandas as pd

from dermaflow.core.groups import connected


def name_groups(images: pd.DataFrame, taken: Collection[str]) -> pd.Series:
    """Name the group of each image: the name that its members had already, else its first image_id.

    Where two named groups have become one, the lexicographically first name is kept for both. A name that
    another group has already (an image_id may pass to other bytes) gets eight digits of the first image's hash
    behind it.

    Args:
        images: one row an image, with image_id, sha256, known_group (the name in the ledger, blank if new) and LINKS.
        taken: the names of all groups in the ledger.

    Returns:
        The names, with the index of `images`.
    """
    numbers = connected(images)
    known = images["known_group"].where(images["known_group"] != "")
    named = known.groupby(numbers).transform("min")
    first = images["image_id"].groupby(numbers).transform("min")
    hashes = dict(zip(images["image_id"], images["sha256"].str[:8], strict=True))
    fresh = first.where(~first.isin(list(taken)), first + "_" + first.map(hashes))
    return named.fillna(fresh).rename("group_id")
