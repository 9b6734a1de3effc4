"""Tables of accepted images, as short as the tests about them."""

import pandas as pd
import pytest

from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS
from dermaflow.split.params import SplitParams


def accepted(*rows, **columns):
    """Rows as dicts with image_id at least; content_group and bytes are the image's own unless given."""
    filled = [
        {
            "diagnosis": "nevus",
            "file": f"{name}.jpg",
            "content_group": name,
            "sha256": f"bytes of {name}",
            "pixels_sha256": f"pixels of {name}",
        }
        | row
        for row in rows
        if (name := row["image_id"])
    ]
    blank = dict.fromkeys(ACCEPTED_COLUMNS, "")
    table = pd.DataFrame([blank | row for row in filled], columns=list(ACCEPTED_COLUMNS), dtype=str)
    return table.assign(**columns)


@pytest.fixture
def table():
    return accepted


@pytest.fixture
def singles():
    """So many unrelated images of a diagnosis."""

    def make(n, diagnosis="nevus", start="S", **more):
        return accepted(*({"image_id": f"{start}{i:04d}", "diagnosis": diagnosis, **more} for i in range(n)))

    return make


@pytest.fixture
def no_ledger():
    return pd.DataFrame(columns=list(LEDGER_COLUMNS), dtype=str)


@pytest.fixture
def ledger_of():
    """A ledger from image_id=partition; each image is its own group unless given as (partition, group_id)."""

    def make(**partitions):
        rows = [
            (i, *((p[1], p[0]) if isinstance(p, tuple) else (i, p)), f"bytes of {i}", f"pixels of {i}")
            for i, p in partitions.items()
        ]
        return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS), dtype=str)

    return make


@pytest.fixture
def grouped():
    return SplitParams(method="grouped", validation_frac=0.15, test_frac=0.2, folds=5, fold=0, seed=7)


@pytest.fixture
def official():
    return SplitParams(method="official", validation_frac=0.2, test_frac=0.2, folds=5, fold=0, seed=7)


@pytest.fixture
def fold_of():
    """The parameters of one fold of five."""
    return lambda fold: SplitParams(method="folds", validation_frac=0.2, test_frac=0.2, folds=5, fold=fold, seed=7)
