"""What should hold between the accepted images and those of the last accepted ingestion: warnings, none stops the run.

Data may change for good reasons; whoever trains on them should know that, how, and by which images.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd
from great_expectations import expectations as gxe

from dermaflow.quality.drift import Shift, is_new, shifts
from dermaflow.quality.suites_run import Examination, held_against, says

MIN_KEPT_FRAC = 0.8
"""Of the images of the last accepted ingestion, how many should still be there."""


def examine_drift(
    accepted: pd.DataFrame, facts: pd.DataFrame, before: Mapping[str, Any] | None, *, phantom: bool
) -> Examination:
    """Hold the accepted images against the profile of the last accepted ingestion.

    Each feature is compared twice: all images with all images before, and the new images with those before,
    because ten strange images among ten thousand move no share. Where all images have moved, the new ones are
    not told as well.

    Args:
        accepted: ACCEPTED_COLUMNS, a row an image.
        facts: as made by `facts.measure_images`.
        before: as made by `drift.profile_of`; None for a first ingestion, of which nothing can be said.
        phantom: whether any image was generated; the page then says so.
    """
    heading = "How the accepted images have moved since the last accepted ingestion"
    if before is None or not before["images"] or accepted.empty:
        nothing = says("There is no earlier ingestion to compare with, or no image", severity="warning")
        suite: list[gxe.Expectation] = [gxe.ExpectTableRowCountToBeBetween(min_value=0, **nothing)]
        return held_against(accepted, suite, "drift", heading, phantom=phantom)
    checks = [_kept(accepted, before), *_still_there(accepted, before), *_moved(accepted, facts, before)]
    table = pd.DataFrame([{"image_id": "", **{check.column: check.value for check in checks}}])
    return held_against(table, [check.expectation for check in checks], "drift", heading, phantom=phantom)


class _Check(NamedTuple):
    """A figure, and what it should be."""

    column: str
    value: float
    expectation: gxe.Expectation


def _kept(accepted: pd.DataFrame, before: Mapping[str, Any]) -> _Check:
    kept = min(before["images"], int((~is_new(accepted, before)).sum()))
    sentence = f"At least {MIN_KEPT_FRAC:.0%} of the images of the last accepted ingestion are still accepted"
    found = f"{before['images'] - kept:,} of {before['images']:,} are gone"
    column = "share of images kept"
    expectation = gxe.ExpectColumnMinToBeBetween(column=column, min_value=MIN_KEPT_FRAC, **_warns(sentence, found))
    return _Check(column, kept / before["images"], expectation)


def _still_there(accepted: pd.DataFrame, before: Mapping[str, Any]) -> Iterator[_Check]:
    for feature in ("diagnosis", "source"):
        counts = before["categories"][feature]
        gone = sorted(set(counts) - set(accepted[feature].unique()))
        found = ", ".join(f"{value or 'blank'} is gone (it had {counts[value]:,} images)" for value in gone)
        sentence = f"Each {feature} of the last accepted ingestion still has images"
        yield _at_most(0, f"{feature} gone", len(gone), _warns(sentence, found))


def _moved(accepted: pd.DataFrame, facts: pd.DataFrame, before: Mapping[str, Any]) -> Iterator[_Check]:
    overall = shifts(accepted, facts, before)
    yield from (_shifted("the accepted images", shift) for shift in overall.values())
    new = accepted[is_new(accepted, before)]
    if 0 < len(new) < len(accepted):
        for feature, shift in shifts(new, facts, before).items():
            if overall[feature].index <= overall[feature].limit:
                yield _shifted(f"the {len(new):,} new images", shift)


def _shifted(whose: str, shift: Shift) -> _Check:
    words = shift.feature.replace("_bytes", " in bytes").replace("_", " ")
    sentence = (
        f"By {words}, {whose} are distributed as those of the last accepted ingestion"
        f" (population stability index at most {shift.limit:.2f})"
    )
    found = f"received {shift.index:.2f}, {shift.evidence}"
    return _at_most(shift.limit, f"{words} of {whose}", shift.index, _warns(sentence, found))


def _at_most(limit: float, column: str, value: float, told: dict[str, Any]) -> _Check:
    return _Check(column, value, gxe.ExpectColumnMaxToBeBetween(column=column, max_value=limit, **told))


def _warns(sentence: str, found: str) -> dict[str, Any]:
    return says(sentence, found, severity="warning")
