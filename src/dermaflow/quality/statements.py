"""What is stated about each picture's diagnosis, and by whom. A set of diagnoses is an integer, a bit for each."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import DIAGNOSES, leaves_open, meanings_of

RECORDS = ("table", "archive")
"""Those labellers who keep records: their labels are official."""
ALL = (1 << len(DIAGNOSES)) - 1
BIT = {diagnosis: 1 << place for place, diagnosis in enumerate(DIAGNOSES)} | {"": 0}
Bits = npt.NDArray[np.int64]


def statements(rows: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """Every official statement about the rows' pictures: picture, authority, label, allows (a set), likeliest, own.

    own: whether it is the source's own record, and no authority's.
    """
    own = rows.loc[rows["labelled_by"].isin(RECORDS), ["picture", "source", "label", "diagnosis"]]
    own = own.assign(allows=claims(own), own=True).rename(columns={"source": "authority", "diagnosis": "likeliest"})
    picture_of = dict(zip(rows["image_id"], rows["picture"], strict=True))
    told = authorities.loc[authorities["image_id"].isin(picture_of), ["image_id", "authority", "label", "diagnoses"]]
    sets = {text: bits_of(text.split("|")) for text in told["diagnoses"].unique()}
    told = told.assign(
        picture=told["image_id"].map(picture_of).astype(np.int64),
        allows=told["diagnoses"].map(sets).astype(np.int64),
        likeliest=told["diagnoses"].str.replace(r"\|.*", "", regex=True),
        own=False,
    )
    columns = ["picture", "authority", "label", "allows", "likeliest", "own"]
    both = pd.concat([own[columns], told[columns]], ignore_index=True)
    vague = [label for label in both["label"].unique() if leaves_open(label)]
    told_once: pd.DataFrame = both[~(both["label"].isin(vague) & (both["allows"] == 0))].drop_duplicates()
    return told_once.reset_index(drop=True)


def claims(rows: pd.DataFrame) -> Bits:
    """What each row's label leaves open."""
    distinct = rows[["label", "diagnosis"]].drop_duplicates()
    meant = {pair: _meant(*pair) for pair in zip(distinct["label"], distinct["diagnosis"], strict=True)}
    return np.array([meant[pair] for pair in zip(rows["label"], rows["diagnosis"], strict=True)], dtype=np.int64)


def bits_of(diagnoses: Iterable[str]) -> int:
    """The set of these diagnoses."""
    return sum({BIT[diagnosis] for diagnosis in diagnoses})


def names_in(bits: int) -> list[str]:
    """The diagnoses in a set, in the order of the taxonomy."""
    return [diagnosis for diagnosis in DIAGNOSES if bits & BIT[diagnosis]]


def _meant(label: str, diagnosis: str) -> int:
    """What a source's label leaves open: as the taxonomy says, unless the source has a meaning of its own for it."""
    try:
        meanings = meanings_of(label)
    except SourceError:
        return BIT[diagnosis]
    return bits_of(meanings) if diagnosis in meanings else BIT[diagnosis]
