"""Which images show the same: groups that must stay together, and what somebody has seen before."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

LINKS = ("lesion_id", "also_lesion_id", "patient_id", "content_group")
"""Two images with the same value in one of these columns belong together; blank links nothing."""
KINDS = {"also_lesion_id": "lesion_id"}
"""Columns whose values are of the same kind as another's: equal across the two, they link as well."""
FACTS = ("sha256", "pixels_sha256", "isic_id", "lesion_id", "also_lesion_id", "patient_id")
"""What tells two rows of any tables to show the same picture, lesion or patient."""


def connected(images: pd.DataFrame, links: Sequence[str] = LINKS) -> npt.NDArray[np.int64]:
    """Number the groups of images that are linked, directly or through others.

    Images and values are the nodes of one graph, so that a value shared by k images costs k edges
    and not k². Values of different kinds are different nodes, even where the text is the same; one
    value in two sources counts as the same lesion or patient: what is joined too much leaks nothing.

    Args:
        images: one row an image, with the columns named in `links`.

    Returns:
        The number of each row's group, shape (rows,), numbered from 0.
    """
    row_nodes, value_nodes = [], []
    nodes = len(images)
    for kind in dict.fromkeys(map(_kind, links)):
        columns = [column for column in links if _kind(column) == kind]
        values = pd.concat([images[column] for column in columns], ignore_index=True).str.strip()
        codes, distinct = pd.factorize(values.where(values != "", None))
        linked = np.flatnonzero(codes >= 0)
        row_nodes.append(linked % len(images) if len(images) else linked)
        value_nodes.append(nodes + codes[linked])
        nodes += len(distinct)
    rows, values_at = np.concatenate(row_nodes), np.concatenate(value_nodes)
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, values_at)), shape=(nodes, nodes))
    labels: npt.NDArray[np.int32] = connected_components(graph, directed=False)[1][: len(images)]
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def shown_before(images: pd.DataFrame, seen: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which images show a picture, a lesion or a patient that a row of another table shows too.

    File names are not compared: two collections may share them. Nor are near copies, for that takes the pixels.

    Args:
        images: (rows,), with FACTS; seen: likewise. A blank cell tells nothing, nor does a column that either lacks.

    Returns:
        Shape (rows,).
    """
    columns = [name for name in FACTS if name in images.columns and name in seen.columns]
    known = {kind: set[str]() for kind in map(_kind, columns)}
    for column in columns:
        known[_kind(column)].update(seen[column].str.strip())
    shown = np.zeros(len(images), dtype=bool)
    for column in columns:
        values = images[column].str.strip()
        shown |= (values.isin(known[_kind(column)]) & (values != "")).to_numpy(dtype=bool)
    return shown


def _kind(column: str) -> str:
    return KINDS.get(column, column)
