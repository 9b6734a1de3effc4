"""Who is believed about a diagnosis: official labels settle contradictions; what they do not settle is not used.

A picture (see `pictures`) may be filed several times. Its official labels are those of the authorities, and of sources
that keep records (a challenge's table, the archive). Each may leave more than one diagnosis open, as BKL and akiec do;
together they leave open what all of them allow. One as wide as "benign" says nothing. A set of diagnoses is an integer
here, a bit for each of DIAGNOSES.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dermaflow.core.errors import SourceError
from dermaflow.core.lesions import CORRECTION_COLUMNS
from dermaflow.core.taxonomy import DIAGNOSES, leaves_open, meanings_of
from dermaflow.quality.conflicts import CONTRADICTING_LABELS, contradictions, findings

OUTSIDE_TAXONOMY = "outside-taxonomy"
AUTHORITIES_DISAGREE = "authorities-disagree"
LABEL_NOT_CONFIRMED = "label-not-confirmed"
RECORDS = ("table", "archive")
"""Of LABELLERS, those who keep records: their labels are official."""

_ALL = (1 << len(DIAGNOSES)) - 1
_BIT = {diagnosis: 1 << place for place, diagnosis in enumerate(DIAGNOSES)} | {"": 0}
Bits = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Settled:
    """What became of labels: rows as they are believed, what was changed, and what cannot be used."""

    rows: pd.DataFrame  # all rows given; diagnosis as believed; confirmed_by: authorities that allow it, joined by |
    corrections: pd.DataFrame  # CORRECTION_COLUMNS
    findings: pd.DataFrame  # reason, evidence; the index of rows


def settle(rows: pd.DataFrame, authorities: pd.DataFrame) -> Settled:
    """Settle the diagnosis of every row.

    Args:
        rows: INGESTED_COLUMNS and `picture`, an index without repeats.
        authorities: AUTHORITY_COLUMNS.
    """
    stated = statements(rows, authorities)
    n_pictures = int(rows["picture"].max()) + 1 if len(rows) else 0
    allowed = np.full(n_pictures, _ALL, dtype=np.int64)
    np.bitwise_and.at(allowed, stated["picture"].to_numpy(), stated["allows"].to_numpy())
    known = np.zeros(n_pictures, dtype=bool)
    known[stated["picture"].to_numpy()] = True
    by_row = rows.assign(
        allowed=allowed[rows["picture"]], known=known[rows["picture"]], claim=rows["diagnosis"].map(_BIT).astype(int)
    )
    believed = rows.assign(diagnosis=_believed(by_row, stated))
    unusable = _unusable(by_row, believed, stated)
    usable = believed.drop(index=unusable.index)
    changed = usable[usable["diagnosis"] != rows.loc[usable.index, "diagnosis"]]
    corrections = _corrections(rows, changed, stated)
    return Settled(believed.assign(confirmed_by=_confirmed_by(believed, stated)), corrections, unusable)


def statements(rows: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """Every official statement about the rows' pictures: picture, authority, label, allows (a set), likeliest."""
    own = rows.loc[rows["labelled_by"].isin(RECORDS), ["picture", "source", "label", "diagnosis"]]
    own = own.rename(columns={"source": "authority", "diagnosis": "likeliest"})
    distinct = own.drop_duplicates(["label", "likeliest"])
    meant = {
        (label, first): _meant(label, first)
        for label, first in zip(distinct["label"], distinct["likeliest"], strict=True)
    }
    keys = zip(own["label"], own["likeliest"], strict=True)
    own = own.assign(allows=np.array([meant[key] for key in keys], dtype=np.int64))
    picture_of = dict(zip(rows["image_id"], rows["picture"], strict=True))
    told = authorities.loc[authorities["image_id"].isin(picture_of), ["image_id", "authority", "label", "diagnoses"]]
    sets = {text: _bits(text.split("|")) for text in told["diagnoses"].unique()}
    told = told.assign(
        picture=told["image_id"].map(picture_of).astype(np.int64),
        allows=told["diagnoses"].map(sets).astype(np.int64),
        likeliest=told["diagnoses"].str.replace(r"\|.*", "", regex=True),
    )
    columns = ["picture", "authority", "label", "allows", "likeliest"]
    both = pd.concat([own[columns], told[columns]], ignore_index=True)
    vague = [label for label in both["label"].unique() if leaves_open(label)]
    both = both[~both["label"].isin(vague)]
    names_one = both["allows"].to_numpy() != 0
    some_do = np.isin(both["picture"], both["picture"][names_one])
    told_once: pd.DataFrame = both[names_one | ~some_do].drop_duplicates().reset_index(drop=True)
    return told_once


def unconfirmed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose label nobody confirms who keeps records, as findings; rows need confirmed_by."""
    alone = rows[rows["confirmed_by"] == ""]
    evidence = [f"filed as {diagnosis}, and no authority says so" for diagnosis in alone["diagnosis"]]
    return findings(alone.index, LABEL_NOT_CONFIRMED, evidence)


def _believed(by_row: pd.DataFrame, stated: pd.DataFrame) -> pd.Series:
    """Each row's diagnosis: its own where it is allowed, else the one that the picture's official labels leave."""
    fits = (by_row["claim"] & by_row["allowed"]) != 0
    doubtful = by_row["known"] & ~fits & (by_row["allowed"] != 0)
    pictures = set(by_row.loc[doubtful, "picture"])
    official = _likeliest(by_row[by_row["picture"].isin(pictures)], stated[stated["picture"].isin(pictures)])
    claims = by_row[fits & by_row["picture"].isin(pictures)].drop_duplicates(["picture", "diagnosis"])
    single = claims[~claims["picture"].duplicated(keep=False)]
    official |= dict(zip(single["picture"], single["diagnosis"], strict=True))
    instead = [official.get(picture, "") for picture in by_row["picture"]]
    return by_row["diagnosis"].where(~doubtful, pd.Series(instead, index=by_row.index, dtype=by_row["diagnosis"].dtype))


def _likeliest(by_row: pd.DataFrame, stated: pd.DataFrame) -> dict[int, str]:
    """For each picture the likeliest diagnosis of its narrowest statement, where all allow it; else the first left."""
    left = dict(zip(by_row["picture"], by_row["allowed"].astype(int), strict=True))
    narrow = stated.sort_values("allows", key=_sizes, kind="stable").drop_duplicates("picture")
    return {
        picture: name if _BIT[name] & left[picture] else _names(left[picture])[0]
        for picture, name in zip(narrow["picture"], narrow["likeliest"], strict=True)
        if left[picture]
    }


def _unusable(by_row: pd.DataFrame, believed: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    outside = by_row["known"] & (by_row["allowed"] == 0)
    labels = stated[stated["picture"].isin(by_row.loc[outside, "picture"])]
    told = {picture: _told(group) for picture, group in labels.groupby("picture")}
    one_of_ours = {picture: bool((group["allows"] != 0).any()) for picture, group in labels.groupby("picture")}
    foreign = by_row[outside]
    contested = foreign["picture"].map(one_of_ours).astype(bool)
    found = [
        findings(foreign.index[contested], AUTHORITIES_DISAGREE, [told[p] for p in foreign["picture"][contested]]),
        findings(foreign.index[~contested], OUTSIDE_TAXONOMY, [told[p] for p in foreign["picture"][~contested]]),
    ]
    rest = believed[~outside]
    unnamed = rest[rest["diagnosis"] == ""]
    words = [f"labelled '{label}', none of the diagnoses" if label else "no label" for label in unnamed["label"]]
    found.append(findings(unnamed.index, OUTSIDE_TAXONOMY, words))
    found.append(contradictions(rest.drop(index=unnamed.index), "picture", CONTRADICTING_LABELS))
    return pd.concat(found)


def _corrections(rows: pd.DataFrame, changed: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """What was changed, and on whose word: those whose labels do not allow what the source says."""
    table = changed.assign(from_diagnosis=rows.loc[changed.index, "diagnosis"], to_diagnosis=changed["diagnosis"])
    pairs = stated.merge(table[["picture", "from_diagnosis"]].drop_duplicates(), on="picture")
    against = pairs[(pairs["allows"].to_numpy() & pairs["from_diagnosis"].map(_BIT).to_numpy(dtype=np.int64)) == 0]
    names = against.groupby(["picture", "from_diagnosis"])["authority"].agg(
        lambda found: "|".join(dict.fromkeys(found))
    )
    keys = pd.MultiIndex.from_frame(table[["picture", "from_diagnosis"]])
    table = table.assign(authority=names.reindex(keys).fillna("").to_numpy(dtype=object))
    return table[list(CORRECTION_COLUMNS)].reset_index(drop=True)


def _confirmed_by(believed: pd.DataFrame, stated: pd.DataFrame) -> pd.Series:
    filed = believed[["picture", "diagnosis"]].drop_duplicates()
    pairs = stated[["picture", "authority", "allows"]].merge(filed, on="picture")
    agree = pairs[(pairs["allows"].to_numpy() & pairs["diagnosis"].map(_BIT).to_numpy(dtype=np.int64)) != 0]
    agree = agree.drop_duplicates(["picture", "diagnosis", "authority"])
    repeated = agree.duplicated(["picture", "diagnosis"], keep=False)
    several = agree[repeated].groupby(["picture", "diagnosis"])["authority"].agg("|".join)
    names = pd.concat([agree[~repeated].set_index(["picture", "diagnosis"])["authority"], several])
    keys = pd.MultiIndex.from_frame(believed[["picture", "diagnosis"]])
    return pd.Series(names.reindex(keys).fillna("").to_numpy(), index=believed.index, dtype=object).astype(str)


def _meant(label: str, diagnosis: str) -> int:
    """What a source's label leaves open: as the taxonomy says, unless the source has a meaning of its own for it."""
    try:
        meanings = meanings_of(label)
    except SourceError:
        return _BIT[diagnosis]
    return _bits(meanings) if diagnosis in meanings else _BIT[diagnosis]


def _bits(diagnoses: Iterable[str]) -> int:
    return sum({_BIT[diagnosis] for diagnosis in diagnoses})


def _names(bits: int) -> list[str]:
    return [diagnosis for diagnosis in DIAGNOSES if bits & _BIT[diagnosis]]


def _sizes(sets: pd.Series) -> pd.Series:
    return pd.Series(np.bitwise_count(sets.to_numpy(dtype=np.uint64)), index=sets.index)


def _told(labels: pd.DataFrame) -> str:
    return " and ".join(f"{row.authority} says '{row.label}'" for row in labels.itertuples())
