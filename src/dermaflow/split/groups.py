"""Groups: which images must stay together because they share a lesion, a patient or their content."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

LINKS = ("lesion_id", "patient_id", "content_group")
"""Two images with the same value in one of these columns belong together; blank links nothing."""


def connected(images: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Number the groups of images that are linked, directly or through others.

    Images and values are the nodes of one graph, so that a value shared by k images costs k edges
    and not k². Values of different columns are different nodes, even where the text is the same; one
    value in two sources counts as the same lesion or patient: what is joined too much leaks nothing.

    Args:
        images: one row an image, with the columns LINKS.

    Returns:
        The number of each row's group, shape (rows,), numbered from 0.
    """
    row_nodes, value_nodes = [], []
    nodes = len(images)
    for column in LINKS:
        values = images[column].str.strip()
        codes, distinct = pd.factorize(values.where(values != "", None))
        linked = np.flatnonzero(codes >= 0)
        row_nodes.append(linked)
        value_nodes.append(nodes + codes[linked])
        nodes += len(distinct)
    rows, values_at = np.concatenate(row_nodes), np.concatenate(value_nodes)
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, values_at)), shape=(nodes, nodes))
    labels: npt.NDArray[np.int32] = connected_components(graph, directed=False)[1][: len(images)]
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


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
