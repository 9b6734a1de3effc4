"""Hold a table against expectations: what every suite shares, behind the only door to Great Expectations.

Each expectation carries its sentence, which is what a person reads, in the Data Docs as on the terminal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import great_expectations as gx
import numpy as np
import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from dermaflow.quality.pages import standing_alone

NAMED_AT_MOST = 5
PHANTOM_WARNING = " (PHANTOM: generated images, no statement about skin)"


@dataclass(frozen=True)
class Examination:
    """What a suite says of one table."""

    failed: tuple[str, ...]  # a sentence for each expectation that does not hold, with the first offending images
    page: str  # the Data Docs as one HTML page that stands alone


def held_against(
    table: pd.DataFrame, suite: Sequence[gxe.Expectation], what: str, heading: str, *, phantom: bool
) -> Examination:
    """Hold a table (a row an image, image_id among its columns) against a suite.

    Args:
        what: names table and suite in the Data Docs, such as "accepted images".
        heading: the title of the page.
        phantom: whether any image was generated; the page then says so.
    """
    result = _validate(table, suite, what)
    for outcome in result.results:
        observed = outcome.result.get("observed_value")
        if isinstance(observed, np.generic):  # the page cannot show NumPy's numbers
            outcome.result["observed_value"] = observed.item()
    failed = [_sentence(outcome, table) for outcome in result.results if not outcome.success]
    page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result))
    return Examination(tuple(sorted(failed)), standing_alone(page, f"{heading}{PHANTOM_WARNING * phantom}"))


def says(sentence: str, found: str = "", severity: str = "critical") -> dict[str, Any]:
    """What an expectation is given so that it speaks in a sentence.

    Args:
        sentence: what must hold.
        found: told behind the sentence if it does not, in place of what the library observed.
        severity: critical stops the run, warning does not.
    """
    told = {"sentence": sentence} | ({"found": found} if found else {})
    return {"description": sentence, "meta": told, "severity": severity}


def first_named(image_ids: Sequence[str]) -> str:
    """The first images by name, at most five, such as "ISIC_1, ISIC_2"."""
    return ", ".join(map(str, image_ids[:NAMED_AT_MOST]))


def _validate(table: pd.DataFrame, suite: Sequence[gxe.Expectation], what: str) -> Any:  # noqa: ANN401 - the library has no types
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False}
    batches = context.data_sources.add_pandas("dermaflow").add_dataframe_asset(what)
    definition = gx.ValidationDefinition(
        name=what,
        data=batches.add_batch_definition_whole_dataframe("all"),
        suite=context.suites.add(gx.ExpectationSuite(name=what, expectations=list(suite))),
    )
    return context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": table},
        result_format={"result_format": "SUMMARY", "unexpected_index_column_names": ["image_id"]},
    )


def _sentence(outcome: Any, table: pd.DataFrame) -> str:  # noqa: ANN401 - likewise
    """The sentence of an expectation that failed, with what was received and the first images that it is about."""
    meta, result = outcome.expectation_config.meta, outcome.result
    sentence = str(meta["sentence"])
    if "found" in meta:
        return f"{sentence}: {meta['found']}"
    if result.get("unexpected_count"):
        return f"{sentence}: not so for {result['unexpected_count']:,}, such as {_named(result)}"
    if "observed_value" in result:
        of_a_column = "column" in outcome.expectation_config.kwargs and len(table)
        images = f" (images such as {first_named(table['image_id'].tolist())})" if of_a_column else ""
        return f"{sentence}: received {_shown(result['observed_value'])}{images}"
    raised = [fault["exception_message"] for fault in outcome.exception_info.values() if isinstance(fault, Mapping)]
    return f"{sentence}: {raised[0].strip()}" if raised else f"{sentence}: not so"


def _named(result: Mapping[str, Any]) -> str:
    told = []
    for image in result["partial_unexpected_index_list"][:NAMED_AT_MOST]:
        values = [_shown(value) for name, value in image.items() if name != "image_id"]
        told.append(f"{image['image_id']} ({', '.join(values)})" if values else str(image["image_id"]))
    return ", ".join(told)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else f"'{value}'" if isinstance(value, str) else str(value)
