"""Who and how many are behind the images of a model card: sample size, missing values, characteristics."""

import pandas as pd

from dermaflow.core.lesions import PARTITIONS
from dermaflow.model_card.content import Item, Points, Table, counted_table, item, listed, share
from dermaflow.model_card.record import Record, counts, known


def people(record: Record) -> tuple[Item, ...]:
    """The items on sample size, missing data and characteristics."""
    return _sizes(record), _missing(record), _people(record)


def _sizes(record: Record) -> Item:
    trained = record.card["data"]
    test = counts(record.part("test")["diagnosis"])
    rows: list[tuple[str | int, ...]] = [
        (name, *(int(trained[part].get(name, 0)) for part in ("train", "copies", "validation")), test.get(name, 0))
        for name in record.classes
    ]
    return item(
        "10, 21",
        "Sample size",
        "All images that could be used; no size was computed beforehand. Whether they are enough shows in the width of "
        "the intervals: below 100 lesions of a kind a test says little (Vergouwe et al. 2005, "
        "doi 10.1016/j.jclinepi.2004.06.017).",
        counted_table(("diagnosis", "train", "augmented copies", "validation", "test"), rows, "all"),
    )


def _missing(record: Record) -> Item:
    columns = ("age", "sex", "site", "lesion_id", "patient_id", "licence")
    rows = []
    for column in columns:
        cells = [share(len(part) - known(part[column]), len(part)) for part in map(record.part, PARTITIONS)]
        rows.append((column.replace("_id", "").replace("_", " "), *cells))
    return item(
        "11",
        "Missing data",
        f"The image is never missing. {_of_the_rest(record)} Nothing was imputed, and images without a value are a "
        "subgroup of their own. An image whose lesion is unknown counts as a lesion of its own unless it is a copy of "
        "another one: a few groups may still be one lesion.",
        Table(("unknown", *PARTITIONS), tuple(rows)),
    )


def _of_the_rest(record: Record) -> str:
    if not record.card.get("clinical"):
        return "It is the only predictor; of what surrounds it the following is unknown."
    taken = listed(record.section_train["clinical"])
    return f"Of what may be stated beside it the following is unknown; {taken} are predictors where they are stated."


def _people(record: Record) -> Item:
    parts = {partition: record.part(partition) for partition in PARTITIONS}
    rows = [
        ("images", *(f"{len(part):,}" for part in parts.values())),
        ("groups", *(f"{part['group_id'].nunique():,}" for part in parts.values())),
        ("lesions known", *(f"{part['lesion_id'][part['lesion_id'] != ''].nunique():,}" for part in parts.values())),
        ("patients known", *(f"{part['patient_id'][part['patient_id'] != ''].nunique():,}" for part in parts.values())),
        ("age in years, median (quartiles)", *(_ages(part["age"]) for part in parts.values())),
        ("female, of known", *(_female(part["sex"]) for part in parts.values())),
        ("most frequent site", *(_commonest(part["site"]) for part in parts.values())),
        *((name, *(share(int((part["diagnosis"] == name).sum()), len(part)) for part in parts.values()))
          for name in record.classes),
    ]  # fmt: skip
    return item(
        "20b, 20c",
        "Characteristics, development beside test",
        Table(("", *PARTITIONS), tuple(rows)),
        Points(("Skin tone, ancestry, income, device and dates are unknown for all of them.",)),
    )


def _ages(column: pd.Series) -> str:
    ages = pd.to_numeric(column, errors="coerce").dropna()
    if ages.empty:
        return "unknown"
    low, middle, high = ages.quantile([0.25, 0.5, 0.75])
    return f"{middle:.0f} ({low:.0f} to {high:.0f})"


def _female(column: pd.Series) -> str:
    n = known(column)
    return share(int((column == "female").sum()), n) if n else "unknown"


def _commonest(column: pd.Series) -> str:
    found = counts(column[column.str.strip() != ""])
    return "unknown" if not found else f"{next(iter(found))}, {share(next(iter(found.values())), sum(found.values()))}"
