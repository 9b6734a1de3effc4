"""What must hold after the split, checked from the tables alone and not by the code that made it.

Each expectation is hard: one that fails stops the run, and the ledger stays as it was.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from great_expectations import expectations as gxe

from dermaflow.core.lesions import PARTITIONS
from dermaflow.quality.suites_run import Examination, first_named, held_against, says

APART = {
    "group_id": "group",
    "lesion_id": "lesion",
    "patient_id": "patient",
    "content_group": "group of near copies",
    "isic_id": "number in the ISIC Archive",
    "sha256": "file content",
    "pixels_sha256": "content of pixels",
}
"""What two partitions must not share: column and word; blank is shared by none."""
MAX_SHARE_OFF = 0.05
"""How far a partition's share may be from what was asked, beside what undivided groups make unavoidable."""


def examine_partitions(
    images: pd.DataFrame, asked: Mapping[str, float], *, official: bool, phantom: bool
) -> Examination:
    """Hold the images in use, with their partitions, against the suite.

    Args:
        images: a row an image in use: ACCEPTED_COLUMNS, group_id, partition (blank if it has none) and pixels_sha256.
        asked: the share of each partition among the images of these partitions, sum 1; with an official test
            part, test is not among them.
        official: whether what its source calls test must be test.
        phantom: whether any image was generated; the page then says so.
    """
    suite = [
        *_of_the_partitions(images),
        *_of_groups(),
        *_of_the_test_part(official=official),
        *_of_shares(images, asked),
    ]
    heading = "What must hold for the partitions"
    return held_against(_described(images, asked, official=official), suite, "partitions", heading, phantom=phantom)


def _of_the_partitions(images: pd.DataFrame) -> list[gxe.Expectation]:
    found = f"received images in {' and '.join(sorted(images['partition'].unique()))} only"
    return [
        gxe.ExpectColumnValuesToBeUnique(column="image_id", **says("Each image is in one partition only")),
        gxe.ExpectColumnValuesToBeInSet(
            column="partition", value_set=list(PARTITIONS), **says(f"Each image is in {', '.join(PARTITIONS)}")
        ),
        gxe.ExpectColumnDistinctValuesToContainSet(
            column="partition", value_set=list(PARTITIONS), **says("Each partition has images", found)
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="diagnosis not trained on", value_set=[""], **says("Each diagnosis has images in train")
        ),
    ]


def _of_groups() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(
            column=f"partitions of its {column}",
            regex=" and ",
            **says(f"No {word} lies in two partitions"),
        )
        for column, word in APART.items()
    ]


def _of_the_test_part(*, official: bool) -> list[gxe.Expectation]:
    sentence = says("Each image that its source calls test is in test")
    expectation = gxe.ExpectColumnValuesToBeInSet(column="official test in", value_set=["", "test"], **sentence)
    return [expectation] if official else []


def _of_shares(images: pd.DataFrame, asked: Mapping[str, float]) -> Iterator[gxe.Expectation]:
    counted = images[images["partition"].isin(list(asked))]
    spare = MAX_SHARE_OFF + _undivided(counted)
    for partition, share in asked.items():
        there = counted.loc[counted["partition"] == partition, "image_id"]
        named = f" (images such as {first_named(there.tolist())})" if len(there) else ""
        yield gxe.ExpectColumnMeanToBeBetween(
            column=f"share of {partition}",
            min_value=max(0.0, share - spare),
            max_value=min(1.0, share + spare),
            **says(
                f"{partition} has {share:.0%} of the images, give or take {spare:.1%}",
                f"received {len(there) / max(1, len(counted)):.1%}{named}; groups that grow keep their partition,"
                " another split.seed begins a new ledger",
            ),
        )


def _undivided(counted: pd.DataFrame) -> float:
    """By how much undivided groups may put a share wrong: the largest group of each diagnosis, of all images, 0..1."""
    sizes = counted.groupby(["diagnosis", "group_id"]).size()
    return float(sizes.groupby("diagnosis").max().sum()) / max(1, len(counted))


def _described(images: pd.DataFrame, asked: Mapping[str, float], *, official: bool) -> pd.DataFrame:
    """The images with a column for each expectation, in which only those that offend it have an offending value."""
    partition, columns = images["partition"], dict[str, Any]()
    trained = images.loc[partition == "train", "diagnosis"].unique()
    columns["diagnosis not trained on"] = images["diagnosis"].where(~images["diagnosis"].isin(list(trained)), "")
    for column in APART:
        columns[f"partitions of its {column}"] = _partitions_of(images[column], partition)
    if official:
        columns["official test in"] = partition.where(images["official_partition"] == "test", "")
    for each in asked:
        columns[f"share of {each}"] = (partition == each).astype("float64").where(partition.isin(list(asked)))
    return images[["image_id", "diagnosis", "partition"]].assign(**columns)


def _partitions_of(values: pd.Series, partition: pd.Series) -> pd.Series:
    """For each image the partitions in which its value occurs, such as "test and train"; its own where it is blank."""
    stated = values[values != ""]
    several = partition[stated.index].groupby(stated).transform("nunique") > 1
    divided = stated[several]
    joined = partition[divided.index].groupby(divided).transform(lambda found: " and ".join(sorted(set(found))))
    return partition.astype(object).where(~partition.index.isin(divided.index), joined.reindex(partition.index))
