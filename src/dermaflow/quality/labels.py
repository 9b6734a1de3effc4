"""Who is believed about a diagnosis: official labels settle contradictions; what they do not settle is not used.

A picture (see `pictures`) may be filed several times. Its official labels are those of the authorities, and of sources
that keep records (a challenge's table, the archive). Each may leave more than one diagnosis open, as BKL and akiec do;
together they leave open what all of them allow. One as wide as "benign" says nothing. Sets are those of `statements`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dermaflow.core.lesions import CORRECTION_COLUMNS
from dermaflow.quality.conflicts import CONTRADICTING_LABELS, contradictions, findings
from dermaflow.quality.statements import ALL, BIT, claims, names_in, statements

OUTSIDE_TAXONOMY = "outside-taxonomy"
AUTHORITIES_DISAGREE = "authorities-disagree"
LABEL_NOT_CONFIRMED = "label-not-confirmed"


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
    allowed = np.full(n_pictures, ALL, dtype=np.int64)
    np.bitwise_and.at(allowed, stated["picture"].to_numpy(), stated["allows"].to_numpy())
    known = np.zeros(n_pictures, dtype=bool)
    known[stated["picture"].to_numpy()] = True
    by_row = rows.assign(allowed=allowed[rows["picture"]], known=known[rows["picture"]], claim=claims(rows))
    believed = rows.assign(diagnosis=_believed(by_row, stated))
    unusable = _unusable(by_row, believed, stated)
    usable = believed.drop(index=unusable.index)
    claimed = by_row.loc[usable.index, "claim"].to_numpy(dtype=np.int64)
    kept = (claimed & usable["diagnosis"].map(BIT).to_numpy(dtype=np.int64)) != 0
    changed = usable[~kept & (claimed != 0)]
    corrections = _corrections(rows, changed, stated)
    return Settled(believed.assign(confirmed_by=_confirmed_by(believed, stated)), corrections, unusable)


def unconfirmed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose label neither a source that keeps records nor an authority confirms, as findings.

    Args:
        rows: with the column confirmed_by.
    """
    alone = rows[rows["confirmed_by"] == ""]
    evidence = [f"filed as {diagnosis}, and no authority says so" for diagnosis in alone["diagnosis"]]
    return findings(alone.index, LABEL_NOT_CONFIRMED, evidence)


def _believed(by_row: pd.DataFrame, stated: pd.DataFrame) -> pd.Series:
    """Each row's diagnosis: what its label leaves open and the records allow; else what the records leave.

    A label that names one diagnosis decides for wider ones of the same picture.
    """
    room = by_row["claim"] & by_row["allowed"]
    narrow = by_row[(room != 0) & (_sizes(by_row["claim"]) == 1)].drop_duplicates(["picture", "diagnosis"])
    single = narrow[~narrow["picture"].duplicated(keep=False)]
    named = dict(zip(single["picture"], single["diagnosis"], strict=True))
    doubtful = by_row["known"] & (room == 0) & (by_row["allowed"] != 0)
    open_ones = (room != 0) & (_sizes(by_row["claim"]) > 1)
    asked = by_row[doubtful]
    official = _likeliest(asked, stated[stated["picture"].isin(asked["picture"])])
    believed = by_row["diagnosis"].copy()
    for index in by_row.index[doubtful | open_ones]:
        picture, left = by_row["picture"][index], int(room[index])
        name = named.get(picture, "")
        if doubtful[index]:
            believed[index] = name or official.get(picture, "")
        elif BIT[name] & left or not BIT[believed[index]] & left:
            believed[index] = name if BIT[name] & left else names_in(left)[0]
    return believed


def _likeliest(by_row: pd.DataFrame, stated: pd.DataFrame) -> dict[int, str]:
    """For each picture the likeliest diagnosis of its narrowest statement, where all allow it; else the first left."""
    left = dict(zip(by_row["picture"], by_row["allowed"].astype(int), strict=True))
    narrow = stated.sort_values("allows", key=_sizes, kind="stable").drop_duplicates("picture")
    return {
        picture: name if BIT[name] & left[picture] else names_in(left[picture])[0]
        for picture, name in zip(narrow["picture"], narrow["likeliest"], strict=True)
        if left[picture]
    }


def _unusable(by_row: pd.DataFrame, believed: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    outside = by_row["known"] & (by_row["allowed"] == 0)
    foreign = by_row[outside]
    labels = stated[stated["picture"].isin(foreign["picture"])]
    told = _told(labels)
    ours = set(labels.loc[labels["allows"] != 0, "picture"])
    contested = foreign["picture"].isin(ours)
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
    against = pairs[(pairs["allows"].to_numpy() & pairs["from_diagnosis"].map(BIT).to_numpy(dtype=np.int64)) == 0]
    names = against.groupby(["picture", "from_diagnosis"])["authority"].agg(
        lambda found: "|".join(dict.fromkeys(found))
    )
    keys = pd.MultiIndex.from_frame(table[["picture", "from_diagnosis"]])
    table = table.assign(authority=names.reindex(keys).fillna("").to_numpy(dtype=object))
    return table[list(CORRECTION_COLUMNS)].reset_index(drop=True)


def _confirmed_by(believed: pd.DataFrame, stated: pd.DataFrame) -> pd.Series:
    filed = believed[["picture", "diagnosis"]].drop_duplicates()
    pairs = stated[["picture", "authority", "allows"]].merge(filed, on="picture")
    agree = pairs[(pairs["allows"].to_numpy() & pairs["diagnosis"].map(BIT).to_numpy(dtype=np.int64)) != 0]
    agree = agree.drop_duplicates(["picture", "diagnosis", "authority"])
    repeated = agree.duplicated(["picture", "diagnosis"], keep=False)
    several = agree[repeated].groupby(["picture", "diagnosis"])["authority"].agg("|".join)
    names = pd.concat([agree[~repeated].set_index(["picture", "diagnosis"])["authority"], several])
    keys = pd.MultiIndex.from_frame(believed[["picture", "diagnosis"]])
    return pd.Series(names.reindex(keys).fillna("").to_numpy(), index=believed.index, dtype=object).astype(str)


def _sizes(sets: pd.Series) -> pd.Series:
    return pd.Series(np.bitwise_count(sets.to_numpy(dtype=np.uint64)), index=sets.index)


def _told(labels: pd.DataFrame) -> dict[int, str]:
    """For each picture what is said of it."""
    words = labels["authority"] + " says '" + labels["label"] + "'"
    repeated = labels["picture"].duplicated(keep=False)
    several = words[repeated].groupby(labels["picture"][repeated]).agg(" and ".join)
    return {**dict(zip(labels["picture"][~repeated], words[~repeated], strict=True)), **several.to_dict()}
