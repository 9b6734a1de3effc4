"""What of a source's own test part is also in its own train part: by bytes, pixels, picture, lesion or patient.

Numbers of lesions and patients mean the same only within a source, and a test part is one only for its own training.
"""

import pandas as pd

from dermaflow.core.groups import connected

LEAK_COLUMNS = ("image_id", "file", "link", "other_file", "other_diagnosis")
"""A row a test file: how it is tied to training (the strongest link), and the first training file at the other end."""
LINKS = {
    "sha256": "same bytes",
    "pixels_sha256": "same pixels",
    "isic_id": "same picture",  # the same number in the ISIC Archive
    "content_group": "near copy",
    "lesion_id": "same lesion",
    "patient_id": "same patient",
}
"""From the strongest to the weakest: the column that is equal, and what that means."""
THROUGH_OTHERS = "linked through others"


def find_leaks(rows: pd.DataFrame) -> pd.DataFrame:
    """Each file of an official test part that is tied to the train part of its source: LEAK_COLUMNS, by file.

    Args:
        rows: a row a file with source, official_partition, diagnosis as filed, and the columns of LINKS.
    """
    parts = [_leaks_of(part) for _, part in rows.groupby("source", sort=True)]
    return pd.concat([pd.DataFrame(columns=list(LEAK_COLUMNS), dtype=str), *parts]).sort_values(
        "file", ignore_index=True
    )


def _leaks_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The leaks of one source."""
    test = rows[rows["official_partition"] == "test"]
    train = rows[rows["official_partition"] == "train"].sort_values("file")
    found = pd.DataFrame(columns=["link", "other"], index=test.index[:0], dtype=object)
    for column, link in LINKS.items():
        found = pd.concat([found, _tied(test.drop(index=found.index)[column], train[column], link)])
    groups = pd.Series(connected(rows, tuple(LINKS)), index=rows.index)
    found = pd.concat([found, _tied(groups[test.index.difference(found.index)], groups[train.index], THROUGH_OTHERS)])
    others = train.loc[found["other"]]
    table = test.loc[found.index, ["image_id", "file"]].assign(
        link=found["link"], other_file=others["file"].to_numpy(), other_diagnosis=others["diagnosis"].to_numpy()
    )
    return table[list(LEAK_COLUMNS)]


def _tied(values: pd.Series, others: pd.Series, link: str) -> pd.DataFrame:
    """The test rows whose value is not blank and stands in the train rows too: the link, and the index of the first."""
    first = others.drop_duplicates()
    first = pd.Series(first.index, index=first.to_numpy())
    tied = values[(values != "") & values.isin(first.index)]
    return pd.DataFrame({"link": link, "other": first[tied].to_numpy()}, index=tied.index, dtype=object)
