"""Whether the data may be used, and the counts on which that rests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

import pandas as pd

from dermaflow.core.lesions import is_phantom
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.conflicts import DIAGNOSIS_TOO_RARE, EXACT_COPY
from dermaflow.quality.labels import LABEL_NOT_CONFIRMED, OUTSIDE_TAXONOMY
from dermaflow.quality.screening import Screened
from dermaflow.quality.withheld import WITHHELD

HARMLESS_REASONS = (EXACT_COPY, DIAGNOSIS_TOO_RARE, OUTSIDE_TAXONOMY, LABEL_NOT_CONFIRMED, WITHHELD)
"""These rows are sound, only not needed or not wanted: they do not speak against the collection that they came from."""


class Verdict(TypedDict):
    """What reports/validate/verdict.json holds."""

    passed: bool
    phantom: bool  # whether any image found was generated and not photographed
    images_found: int  # rows of the ingested table
    images_accepted: int
    quarantined_frac: float  # of the rows found and not withheld, those not to be trusted (no HARMLESS_REASONS), 0..1
    max_quarantined_frac: float
    quarantined: dict[str, int]  # rows by reason, most frequent first
    accepted: dict[str, int]  # images by diagnosis
    dropped_diagnoses: list[str]  # found, but with no image accepted
    corrected: dict[str, int]  # rows whose label an authority corrected, by "from → to", most frequent first
    confirmed: int  # accepted images whose diagnosis an authority states
    without_lesion: int  # accepted images whose lesion nobody knows
    official_test: int  # rows that their source calls test
    leaks: dict[str, int]  # of those, rows tied to the source's own train part, by the strongest link
    near_copy_groups: int  # groups of two or more accepted images of nearly the same content
    failed_expectations: list[str]  # a sentence each


def judge(
    lesions: pd.DataFrame,
    screened: Screened,
    leaks: pd.DataFrame,
    failed_expectations: Sequence[str],
    max_quarantined_frac: float,
) -> Verdict:
    """Pass or fail, with counts.

    Args:
        lesions: the ingested rows; screened divides them.
        leaks: LEAK_COLUMNS.
        failed_expectations: a sentence for each hard expectation that does not hold.
        max_quarantined_frac: a larger share of rows that cannot be trusted (HARMLESS_REASONS not counted) fails, 0..1.
    """
    accepted = screened.accepted
    reasons = _counted(screened.quarantine["reason"])
    frac = _untrusted(reasons) / max(1, _judged(len(lesions), reasons))
    counts = accepted["diagnosis"].value_counts()
    kept = _in_order(counts.index)
    group_sizes = accepted["content_group"].value_counts()
    return Verdict(
        passed=not failed_expectations and frac <= max_quarantined_frac,
        phantom=is_phantom(lesions),
        images_found=len(lesions),
        images_accepted=len(accepted),
        quarantined_frac=frac,
        max_quarantined_frac=max_quarantined_frac,
        quarantined=reasons,
        accepted={diagnosis: int(counts[diagnosis]) for diagnosis in kept},
        dropped_diagnoses=[name for name in _in_order(lesions["diagnosis"]) if name not in kept],
        corrected=_counted(screened.corrections["from_diagnosis"] + " → " + screened.corrections["to_diagnosis"]),
        confirmed=int((accepted["confirmed_by"] != "").sum()),
        without_lesion=int((accepted["lesion_id"] == "").sum()),
        official_test=int((lesions["official_partition"] == "test").sum()),
        leaks=_counted(leaks["link"]),
        near_copy_groups=int((group_sizes > 1).sum()),
        failed_expectations=list(failed_expectations),
    )


def summary(verdict: Verdict) -> str:
    """A few lines that say what was found."""
    reasons = [f"  {n:,} {reason}" for reason, n in verdict["quarantined"].items()]
    accepted = [f"  {n:,} {diagnosis}" for diagnosis, n in verdict["accepted"].items()]
    in_quarantine = verdict["images_found"] - verdict["images_accepted"]
    kind = "phantom (generated) images" if verdict["phantom"] else "images"
    lines = [
        f"{verdict['images_found']:,} {kind} found, {verdict['images_accepted']:,} accepted:",
        *accepted,
        f"{in_quarantine:,} in quarantine; {_share_in_words(verdict)} cannot be trusted:",
        *reasons,
        f"{verdict['near_copy_groups']:,} groups of near-identical images kept together",
    ]
    if verdict["corrected"]:
        lines += ["corrected by authorities:", *(f"  {n:,} {move}" for move, n in verdict["corrected"].items())]
    if verdict["leaks"]:
        told = ", ".join(f"{link} {n:,}" for link, n in verdict["leaks"].items())
        total = sum(verdict["leaks"].values())
        lines.append(f"{total:,} of {verdict['official_test']:,} official test images leak from training: {told}")
    if verdict["dropped_diagnoses"]:
        lines.append(f"dropped from the task: {', '.join(verdict['dropped_diagnoses'])}")
    return "\n".join(lines)


def complaint(verdict: Verdict) -> str:
    """Why the data must not be used, and what to do; for a verdict that did not pass."""
    faults = list(verdict["failed_expectations"])
    if verdict["quarantined_frac"] > verdict["max_quarantined_frac"]:
        faults.append(
            f"expected at most {verdict['max_quarantined_frac']:.1%} of rows that cannot be trusted (copies and what "
            f"is not part of the task not counted), received {_share_in_words(verdict)}: mend the source, or raise "
            "validate.max_quarantined_frac in params.yaml if you know why"
        )
    return "the data must not be used:\n" + "\n".join(f"  - {fault}" for fault in faults)


def _counted(values: pd.Series) -> dict[str, int]:
    return {str(value): int(n) for value, n in values.value_counts().items()}


def _untrusted(reasons: Mapping[str, int]) -> int:
    return sum(n for reason, n in reasons.items() if reason not in HARMLESS_REASONS)


def _judged(n_found: int, reasons: Mapping[str, int]) -> int:
    """How many rows were looked at: what is withheld is set aside before anything is asked of it."""
    return n_found - reasons.get(WITHHELD, 0)


def _share_in_words(verdict: Verdict) -> str:
    """Such as `40.0% (4 of 10 rows)`: the share is of what was found, the copies and rare ones among it."""
    reasons = verdict["quarantined"]
    counts = f"{_untrusted(reasons):,} of {_judged(verdict['images_found'], reasons):,} rows"
    return f"{verdict['quarantined_frac']:.1%} ({counts})"


def _in_order(diagnoses: Iterable[str]) -> list[str]:
    """In the order of the taxonomy, what it does not know last: a verdict tells of bad labels and does not stop."""
    found = set(diagnoses)
    return [name for name in DIAGNOSES if name in found] + sorted(found.difference(DIAGNOSES, [""]))
