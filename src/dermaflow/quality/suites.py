"""What must hold for the table of accepted images and for the files behind it: suites as code.

Each expectation is hard: one that fails stops the run. Great Expectations is known to this module and to the
others named suites_*.py, and to nothing else.
"""

import pandas as pd
from great_expectations import expectations as gxe

from dermaflow.core.clinical import MAX_AGE_YEARS, SEXES
from dermaflow.core.lesions import ACCEPTED_COLUMNS, IMAGE_ID_PATTERN
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.suites_run import Examination, held_against, says

__all__ = ["Examination", "examine", "expectations"]


def examine(accepted: pd.DataFrame, facts: pd.DataFrame, min_side_px: int, *, phantom: bool) -> Examination:
    """Hold the accepted table, joined with the facts of its images, against the suite.

    Args:
        accepted: ACCEPTED_COLUMNS, a row an image.
        facts: as made by `facts.measure_images`.
        min_side_px: what the shorter side of an image must have at least.
        phantom: whether any image was generated; the page then says so.
    """
    heading = "What must hold for the accepted images"
    return held_against(
        _joined(accepted, facts), expectations(min_side_px), "accepted images", heading, phantom=phantom
    )


def expectations(min_side_px: int) -> list[gxe.Expectation]:
    """The suite of the accepted table."""
    return [*_of_the_table(), *_of_names(), *_of_labels(), *_of_people(), *_of_images(min_side_px)]


def _of_the_table() -> list[gxe.Expectation]:
    return [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=list(ACCEPTED_COLUMNS),
            exact_match=False,
            **says(f"The table has the columns {', '.join(ACCEPTED_COLUMNS)}"),
        ),
        gxe.ExpectTableRowCountToBeBetween(min_value=1, **says("At least one image is accepted")),
        gxe.ExpectColumnUniqueValueCountToBeBetween(
            column="diagnosis", min_value=2, **says("At least two diagnoses are left to tell apart")
        ),
    ]


def _of_names() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeUnique(column="image_id", **says("Each image_id stands in one row only")),
        gxe.ExpectColumnValuesToMatchRegex(
            column="image_id",
            regex=IMAGE_ID_PATTERN,
            **says("Each image_id is a safe file name: letters, digits, underscore, dot, hyphen; at most 160"),
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="isic_id", regex=r"^(?:ISIC_\d{7})?$", **says("Each isic_id is ISIC_ and seven digits, or blank")
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="sha256", regex=r"^[0-9a-f]{64}$", **says("Each sha256 is 64 hexadecimal digits")
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="sha256",
            column_B="sha256_of_file",
            **says("Each image file holds the bytes that were ingested (else run ingest again)"),
        ),
    ]


def _of_labels() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="diagnosis", value_set=list(DIAGNOSES), **says("Each diagnosis is one that dermaflow knows")
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="official_partition",
            value_set=["train", "test", ""],
            **says("Each official_partition is train, test or blank"),
        ),
    ]


def _of_people() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="sex", value_set=[*SEXES, ""], **says("Each sex is female, male or blank")
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="age", regex=r"^(?:\d+(?:\.\d+)?)?$", **says("Each age is a number of years or blank")
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="age_years",
            min_value=0,
            max_value=MAX_AGE_YEARS,
            **says(f"Each age that is known is between 0 and {MAX_AGE_YEARS} years"),
        ),
    ]


def _of_images(min_side_px: int) -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="error", value_set=[""], **says("Each image can be decoded to its last byte")
        ),
        *(
            gxe.ExpectColumnValuesToBeBetween(
                column=side, min_value=min_side_px, **says(f"Each image has a {side} of at least {min_side_px} px")
            )
            for side in ("width", "height")
        ),
    ]


def _joined(accepted: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    measured = facts[["image_id", "width", "height", "sha256", "error"]].rename(columns={"sha256": "sha256_of_file"})
    sides = {"width": "float64", "height": "float64"}
    table = accepted.merge(measured.astype(sides), on="image_id", how="left")
    return table.assign(age_years=pd.to_numeric(table["age"], errors="coerce")) if "age" in table else table
