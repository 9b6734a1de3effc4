"""The names of groups: a group keeps the name that its members had before."""

import pandas as pd

from dermaflow.core.groups import connected


def name_groups(images: pd.DataFrame) -> pd.Series:
    """Name the group of each image: the name that its members had already, else its first image_id.

    Where two named groups have become one, the lexicographically first name is kept for both.

    Args:
        images: one row an image, with image_id, known_group (the name in the ledger, blank if new) and LINKS.

    Returns:
        The names, with the index of `images`.
    """
    numbers = connected(images)
    known = images["known_group"].where(images["known_group"] != "")
    named = known.groupby(numbers).transform("min")
    return named.fillna(images["image_id"].groupby(numbers).transform("min")).rename("group_id")
