"""Whether the data may be used, and the counts on which that rests."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

import pandas as pd

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.conflicts import DIAGNOSIS_TOO_RARE, EXACT_COPY

HARMLESS_REASONS = (EXACT_COPY, DIAGNOSIS_TOO_RARE)
"""These images are sound, only not needed: they do not speak against the collection that they came from."""


class Verdict(TypedDict):
    """What reports/validate/verdict.json holds."""

    passed: bool
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
        max_quarantined_frac: a larger share of untrustworthy rows fails, 0..1.
    """
    untrusted = int((~quarantine["reason"].isin(HARMLESS_REASONS)).sum())
    frac = round(untrusted / max(1, len(lesions)), 4)
    counts = accepted["diagnosis"].value_counts()
    kept = _in_order(counts.index)
    group_sizes = accepted["content_group"].value_counts()
    return Verdict(
        passed=not failed_expectations and frac <= max_quarantined_frac,
        images_found=len(lesions),
        images_accepted=len(accepted),
        quarantined_frac=frac,
        max_quarantined_frac=max_quarantined_frac,
        quarantined={str(reason): int(n) for reason, n in quarantine["reason"].value_counts().items()},
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
    lines = [
        f"{verdict['images_found']:,} images found, {verdict['images_accepted']:,} accepted:",
        *accepted,
        f"{in_quarantine:,} in quarantine ({verdict['quarantined_frac']:.1%} cannot be trusted):",
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
            f"expected at most {verdict['max_quarantined_frac']:.1%} of the images in quarantine for reasons that "
            f"shake trust, received {verdict['quarantined_frac']:.1%}: mend the source, or raise "
            "validate.max_quarantined_frac in params.yaml if you know why"
        )
    return "the data must not be used:\n" + "\n".join(f"  - {fault}" for fault in faults)


def _in_order(diagnoses: Iterable[str]) -> list[str]:
    """In the order of the taxonomy, what it does not know last: a verdict tells of bad labels and does not stop."""
    found = set(diagnoses)
    return [name for name in DIAGNOSES if name in found] + sorted(found.difference(DIAGNOSES))
