"""Whether the data may be used, and the counts on which that rests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

import pandas as pd

from dermaflow.core.lesions import is_phantom
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.conflicts import DIAGNOSIS_TOO_RARE, EXACT_COPY

HARMLESS_REASONS = (EXACT_COPY, DIAGNOSIS_TOO_RARE)
"""These rows are sound, only not needed: they do not speak against the collection that they came from."""


class Verdict(TypedDict):
    """What reports/validate/verdict.json holds."""

    passed: bool
    phantom: bool  # whether any image found was generated and not photographed
    images_found: int  # rows of the ingested table
    images_accepted: int
    quarantined_frac: float  # of the rows found, those that cannot be trusted (not HARMLESS_REASONS), 0..1
    max_quarantined_frac: float
    quarantined: dict[str, int]  # rows by reason, most frequent first
    accepted: dict[str, int]  # images by diagnosis
    dropped_diagnoses: list[str]  # found, but with no image accepted
    near_copy_groups: int  # groups of two or more accepted images of nearly the same content
    failed_expectations: list[str]  # a sentence each


def judge(
    lesions: pd.DataFrame,
    accepted: pd.DataFrame,
    quarantine: pd.DataFrame,
    failed_expectations: Sequence[str],
    max_quarantined_frac: float,
) -> Verdict:
    """Pass or fail, with counts.

    Args:
        lesions: the ingested rows; accepted and quarantine divide them (see `screening`).
        failed_expectations: a sentence for each hard expectation that does not hold.
        max_quarantined_frac: a larger share of rows that cannot be trusted (HARMLESS_REASONS not counted) fails, 0..1.
    """
    reasons = {str(reason): int(n) for reason, n in quarantine["reason"].value_counts().items()}
    frac = _untrusted(reasons) / max(1, len(lesions))
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
    if verdict["dropped_diagnoses"]:
        lines.append(f"dropped from the task: {', '.join(verdict['dropped_diagnoses'])}")
    return "\n".join(lines)


def complaint(verdict: Verdict) -> str:
    """Why the data must not be used, and what to do; for a verdict that did not pass."""
    faults = list(verdict["failed_expectations"])
    if verdict["quarantined_frac"] > verdict["max_quarantined_frac"]:
        faults.append(
            f"expected at most {verdict['max_quarantined_frac']:.1%} of rows that cannot be trusted (copies and too "
            f"rare diagnoses not counted), received {_share_in_words(verdict)}: mend the source, or raise "
            "validate.max_quarantined_frac in params.yaml if you know why"
        )
    return "the data must not be used:\n" + "\n".join(f"  - {fault}" for fault in faults)


def _untrusted(reasons: Mapping[str, int]) -> int:
    return sum(n for reason, n in reasons.items() if reason not in HARMLESS_REASONS)


def _share_in_words(verdict: Verdict) -> str:
    """Such as `40.0% (4 of 10 rows)`: the share is of what was found, the copies and rare ones among it."""
    counts = f"{_untrusted(verdict['quarantined']):,} of {verdict['images_found']:,} rows"
    return f"{verdict['quarantined_frac']:.1%} ({counts})"


def _in_order(diagnoses: Iterable[str]) -> list[str]:
    """In the order of the taxonomy, what it does not know last: a verdict tells of bad labels and does not stop."""
    found = set(diagnoses)
    return [name for name in DIAGNOSES if name in found] + sorted(found.difference(DIAGNOSES))
