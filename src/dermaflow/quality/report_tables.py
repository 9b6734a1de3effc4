"""The tables that a report shows, as plain rows: counts and summaries of what an audit found."""

from dataclasses import dataclass

import pandas as pd

from dermaflow.core.taxonomy import DIAGNOSES

ROWS_AT_MOST = 40
COLUMNS_AT_MOST = 8
VALUES_NAMED = 6  # of a column, the most frequent
REST = "all others"
NO_LABEL = "(no diagnosis)"


@dataclass(frozen=True)
class Table:
    """Cells as text or counts; the first cell of a row names it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


def diagnoses(lesions: pd.DataFrame, accepted: pd.DataFrame) -> Table:
    """Files found and images accepted by diagnosis; found ones also by official partition and by source, where several.

    Args:
        lesions: INGESTED_COLUMNS.
        accepted: ACCEPTED_COLUMNS.
    """
    filed = lesions["diagnosis"].where(lesions["diagnosis"] != "", NO_LABEL)
    parts: list[pd.DataFrame | pd.Series] = [
        filed.value_counts().rename("found"),
        accepted["diagnosis"].value_counts().rename("accepted"),
    ]
    for column, prefix in (("official_partition", "official "), ("source", "")):
        values = _without_rare(lesions[column].where(lesions[column] != "", "none stated"))
        if len(values.unique()) > 1:
            parts.append(pd.crosstab(filed, values).add_prefix(prefix))
    counts = pd.concat(parts, axis=1).fillna(0).astype(int)
    names = [name for name in (*DIAGNOSES, NO_LABEL) if name in counts.index]
    counts = counts.loc[[*names, *counts.index.difference(names)]]
    return _table("diagnosis", pd.concat([counts, counts.sum().to_frame("all").T]))


def corrections(table: pd.DataFrame) -> Table:
    """Files by what an authority corrected, the most frequent first; at most ROWS_AT_MOST rows.

    Args:
        table: CORRECTION_COLUMNS.
    """
    counts = table.groupby(["from_diagnosis", "to_diagnosis", "authority"]).size().sort_values(ascending=False)
    rows = [(*key, int(n)) for key, n in counts.head(ROWS_AT_MOST).items()]  # type: ignore[misc]  # a key is a tuple here
    if len(counts) > ROWS_AT_MOST:
        rows.append((REST, "", "", int(counts.iloc[ROWS_AT_MOST:].sum())))
    return Table(("filed as", "officially", "says who", "files"), tuple(rows))


def images(facts: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Sizes, formats and bytes of the images that could be decoded.

    Args:
        facts: as made by `facts.measure_images`.
    """
    whole = facts[facts["width"].notna()]
    sizes = (whole["width"].astype(str) + "×" + whole["height"].astype(str) + " px").value_counts()
    rows = [
        ("image size", _most_frequent(sizes)),
        ("shorter side", _spread(whole[["width", "height"]].min(axis=1), "px")),
        ("format", _most_frequent(whole["format"].value_counts())),
        ("file size", _spread(whole["size_bytes"].astype(float) / 1000, "kB")),
    ]
    return tuple(rows)


def people(lesions: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """What is known of the people and lesions behind the files: ages, sexes, sites, and how many have none stated.

    Args:
        lesions: INGESTED_COLUMNS.
    """
    ages = pd.to_numeric(lesions["age"], errors="coerce")
    sites = lesions["site"][lesions["site"] != ""].value_counts()
    rows = [
        ("age", _known(ages.notna(), _spread(ages, "years"))),
        ("sex", _known(lesions["sex"] != "", _most_frequent(lesions["sex"][lesions["sex"] != ""].value_counts()))),
        ("site", _known(lesions["site"] != "", _most_frequent(sites))),
        ("lesion", _known(lesions["lesion_id"] != "", _distinct(lesions["lesion_id"], "lesions"))),
        ("patient", _known(lesions["patient_id"] != "", _distinct(lesions["patient_id"], "patients"))),
        (
            "licence",
            _known(
                lesions["licence"] != "", _most_frequent(lesions["licence"].value_counts().drop("", errors="ignore"))
            ),
        ),
    ]
    return tuple(rows)


def _table(name: str, counts: pd.DataFrame) -> Table:
    rows = zip(counts.index, counts.to_numpy(dtype=int).tolist(), strict=True)
    return Table((name, *map(str, counts.columns)), tuple((str(first), *numbers) for first, numbers in rows))


def _without_rare(values: pd.Series) -> pd.Series:
    frequent = values.value_counts().index[:COLUMNS_AT_MOST]
    return values.where(values.isin(frequent), REST)


def _most_frequent(counts: pd.Series) -> str:
    total = max(1, int(counts.sum()))
    told = [f"{value} {_share(int(n) / total)}" for value, n in counts.head(VALUES_NAMED).items()]
    more = f", and {len(counts) - VALUES_NAMED:,} more" if len(counts) > VALUES_NAMED else ""
    return ", ".join(told) + more


def _share(share: float) -> str:
    return f"{share:.0%}" if round(100 * share) else "under 1%"


def _spread(values: pd.Series, unit: str) -> str:
    if values.notna().sum() == 0:
        return ""
    low, middle, high = values.astype(float).quantile([0, 0.5, 1])
    return (
        f"{low:,.0f} {unit}" if low == high else f"{low:,.0f} to {high:,.0f} {unit}, half of them up to {middle:,.0f}"
    )


def _known(known: "pd.Series[bool]", words: str) -> str:
    """Such as "known for 6 of 10: 5 to 90 years"."""
    n, total = int(known.sum()), len(known)
    if n == 0:
        return "not known for any"
    return f"known for {'all' if n == total else f'{n:,} of {total:,}'}: {words}"


def _distinct(values: pd.Series, what: str) -> str:
    return f"{values[values != ''].nunique():,} {what}"
