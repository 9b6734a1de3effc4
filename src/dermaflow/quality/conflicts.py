"""Rows that contradict or repeat each other: one content under two labels, one content twice, labels too rare.

Each function takes rows of the ingested table and gives findings: the rows to be put in quarantine, with the
index that they have in the table and the columns `reason` and `evidence`.
"""

from collections.abc import Iterable

import pandas as pd

from dermaflow.core.groups import connected

CONTRADICTING_LABELS = "contradicting-labels"
NEAR_COPIES_CONTRADICT = "near-copies-contradict"
EXACT_COPY = "exact-copy"
DIAGNOSIS_TOO_RARE = "diagnosis-too-rare"
SAME_CONTENT = ("sha256", "pixels_sha256")


def contradictions(rows: pd.DataFrame, content: str, reason: str) -> pd.DataFrame:
    """All rows whose content is filed under more than one diagnosis: which label is right cannot be known.

    Args:
        content: the column that is equal where content is: `picture`, or `content_group` for near copies.
        reason: what the findings say.
    """
    filed = rows.drop_duplicates([content, "diagnosis"])
    torn = rows[rows[content].isin(filed.loc[filed[content].duplicated(), content])]
    counts = torn.groupby([content, "diagnosis"])["file"].agg(["first", "size"])
    by_content: dict[object, list[tuple[str, str, int]]] = {}
    for (name, diagnosis), first, size in zip(counts.index, counts["first"], counts["size"], strict=True):
        by_content.setdefault(name, []).append((diagnosis, first, size))
    evidence = [
        _other_label(diagnosis, by_content[name])
        for name, diagnosis in zip(torn[content], torn["diagnosis"], strict=True)
    ]
    return findings(torn.index, reason, evidence)


def near_contradictions(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of near copies under more than one diagnosis; where authorities confirm one, only those of the others.

    Args:
        rows: with diagnosis, content_group and confirmed_by.
    """
    named = rows["diagnosis"].where(rows["confirmed_by"] != "")
    groups = named.groupby(rows["content_group"])
    agreed = groups.transform("nunique") == 1
    found = contradictions(rows, "content_group", NEAR_COPIES_CONTRADICT)
    right = rows.index[agreed & (rows["diagnosis"] == groups.transform("first"))]
    return found.drop(index=found.index.intersection(right))


def exact_copies(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows with the same bytes or the same pixels all but one: an official test row stays, else the first file.

    So an official test part stays whole; what it shares with training leaves training.

    Args:
        rows: with file, official_partition, sha256 and pixels_sha256.
    """
    names = rows["file"].str.replace(r"\.[^.]*$", "", regex=True)  # without its ending "a" comes before "a (1)"
    content = pd.Series(connected(rows, SAME_CONTENT), index=rows.index)
    ranked = rows.assign(_training=rows["official_partition"] != "test", _name=names, _content=content)
    ranked = ranked.sort_values(["_training", "_name", "file"])
    kept = ranked.drop_duplicates("_content").set_index("_content")
    copies = rows.loc[rows.index.isin(ranked.index[ranked.duplicated("_content")])]
    originals = kept.loc[content[copies.index]]
    evidence = [
        f"the same {'bytes' if sha256 == original else 'pixels'} as {file}"
        for sha256, original, file in zip(copies["sha256"], originals["sha256"], originals["file"], strict=True)
    ]
    return findings(copies.index, EXACT_COPY, evidence)


def too_rare(rows: pd.DataFrame, min_images: int) -> pd.DataFrame:
    """All rows of the diagnoses with fewer than `min_images` rows: too few to learn or to measure."""
    counts = rows["diagnosis"].map(rows["diagnosis"].value_counts())
    rare = rows[counts < min_images]
    evidence = [
        f"{count} of {diagnosis} left, expected at least {min_images}"
        for count, diagnosis in zip(counts[rare.index], rare["diagnosis"], strict=True)
    ]
    return findings(rare.index, DIAGNOSIS_TOO_RARE, evidence)


def findings(index: Iterable[object], reason: str, evidence: list[str]) -> pd.DataFrame:
    """A table of findings: a row for each index value, all with the same reason."""
    return pd.DataFrame({"reason": reason, "evidence": evidence}, index=pd.Index(list(index)), dtype=str)


def _other_label(diagnosis: str, filings: list[tuple[str, str, int]]) -> str:
    """What else a content is called, and where: all of it in a few words."""
    others = [filing for filing in filings if filing[0] != diagnosis]
    other, first, _ = others[0]
    more = sum(size for _, _, size in others) - 1
    return f"filed as {diagnosis}, but as {other} in {first}{f' and {more} more' if more else ''}"
