"""What must hold for the table of accepted images: suites as code, the only door to Great Expectations.

Each expectation is hard: one that fails stops the run. Its sentence is what a person reads, in the Data Docs as
in the message that stops the run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from dermaflow.core.lesions import ACCEPTED_COLUMNS, IMAGE_ID_PATTERN
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.pages import standing_alone

MAX_AGE_YEARS = 120
_NAMED_AT_MOST = 5
PHANTOM_WARNING = " (PHANTOM: generated images, no statement about skin)"


@dataclass(frozen=True)
class Examination:
    """What the suite says of one table."""

    failed: tuple[str, ...]  # a sentence for each expectation that does not hold, with the first offending images
    page: str  # the Data Docs as one HTML page that stands alone


def examine(accepted: pd.DataFrame, facts: pd.DataFrame, min_side_px: int, *, phantom: bool) -> Examination:
    """Hold the accepted table, joined with the facts of its images, against the suite.

    Args:
        accepted: ACCEPTED_COLUMNS, a row an image.
        facts: as made by `facts.measure_images`.
        min_side_px: what the shorter side of an image must have at least.
        phantom: whether any image was generated; the page then says so.
    """
    table = _joined(accepted, facts)
    result = _validate(table, expectations(min_side_px))
    failed = [_sentence(outcome) for outcome in result.results if not outcome.success]
    heading = f"What must hold for the accepted images{PHANTOM_WARNING * phantom}"
    page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result))
    return Examination(tuple(sorted(failed)), standing_alone(page, heading))


def expectations(min_side_px: int) -> list[gxe.Expectation]:
    """The suite of the accepted table."""
    return [*_of_the_table(), *_of_names(), *_of_labels(), *_of_people(), *_of_images(min_side_px)]


def _of_the_table() -> list[gxe.Expectation]:
    return [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=list(ACCEPTED_COLUMNS),
            exact_match=False,
            **_says(f"The table has the columns {', '.join(ACCEPTED_COLUMNS)}"),
        ),
        gxe.ExpectTableRowCountToBeBetween(min_value=1, **_says("At least one image is accepted")),
        gxe.ExpectColumnUniqueValueCountToBeBetween(
            column="diagnosis", min_value=2, **_says("At least two diagnoses are left to tell apart")
        ),
    ]


def _of_names() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeUnique(column="image_id", **_says("Each image_id stands in one row only")),
        gxe.ExpectColumnValuesToMatchRegex(
            column="image_id",
            regex=IMAGE_ID_PATTERN,
            **_says("Each image_id is a safe file name: letters, digits, underscore, dot, hyphen; at most 160"),
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="sha256", regex=r"^[0-9a-f]{64}$", **_says("Each sha256 is 64 hexadecimal digits")
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="sha256",
            column_B="sha256_of_file",
            **_says("Each image file holds the bytes that were ingested (else run ingest again)"),
        ),
    ]


def _of_labels() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="diagnosis", value_set=list(DIAGNOSES), **_says("Each diagnosis is one that dermaflow knows")
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="official_partition",
            value_set=["train", "test", ""],
            **_says("Each official_partition is train, test or blank"),
        ),
    ]


def _of_people() -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="sex", value_set=["female", "male", ""], **_says("Each sex is female, male or blank")
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="age", regex=r"^(?:\d+(?:\.\d+)?)?$", **_says("Each age is a number of years or blank")
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="age_years",
            min_value=0,
            max_value=MAX_AGE_YEARS,
            **_says(f"Each age that is known is between 0 and {MAX_AGE_YEARS} years"),
        ),
    ]


def _of_images(min_side_px: int) -> list[gxe.Expectation]:
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column=side, min_value=min_side_px, **_says(f"Each image has a {side} of at least {min_side_px} px")
        )
        for side in ("width", "height")
    ]


def _says(sentence: str) -> dict[str, Any]:
    return {"description": sentence, "meta": {"sentence": sentence}, "severity": "critical"}


def _joined(accepted: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    measured = facts[["image_id", "width", "height", "sha256"]].rename(columns={"sha256": "sha256_of_file"})
    sides = {"width": "float64", "height": "float64"}
    table = accepted.merge(measured.astype(sides), on="image_id", how="left")
    return table.assign(age_years=pd.to_numeric(table["age"], errors="coerce")) if "age" in table else table


def _validate(table: pd.DataFrame, suite: Sequence[gxe.Expectation]) -> Any:  # noqa: ANN401 - the library has no types
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False}
    batches = context.data_sources.add_pandas("dermaflow").add_dataframe_asset("accepted images")
    definition = gx.ValidationDefinition(
        name="accepted images",
        data=batches.add_batch_definition_whole_dataframe("all"),
        suite=context.suites.add(gx.ExpectationSuite(name="accepted images", expectations=list(suite))),
    )
    return context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": table},
        result_format={"result_format": "SUMMARY", "unexpected_index_column_names": ["image_id"]},
    )


def _sentence(outcome: Any) -> str:  # noqa: ANN401 - likewise
    """The sentence of an expectation that failed, with how many images do not comply and the first of them."""
    sentence = str(outcome.expectation_config.meta["sentence"])
    result: Mapping[str, Any] = outcome.result
    if result.get("unexpected_count"):
        return f"{sentence}: not so for {result['unexpected_count']:,}, such as {_named(result)}"
    if "observed_value" in result:
        return f"{sentence}: received {_shown(result['observed_value'])}"
    raised = [fault["exception_message"] for fault in outcome.exception_info.values() if isinstance(fault, Mapping)]
    return f"{sentence}: {raised[0].strip()}" if raised else f"{sentence}: not so"


def _named(result: Mapping[str, Any]) -> str:
    told = []
    for image in result["partial_unexpected_index_list"][:_NAMED_AT_MOST]:
        values = [_shown(value) for name, value in image.items() if name != "image_id"]
        told.append(f"{image['image_id']} ({', '.join(values)})" if values else str(image["image_id"]))
    return ", ".join(told)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else f"'{value}'" if isinstance(value, str) else str(value)
