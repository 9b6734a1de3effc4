"""What a verdict means for somebody who wants to use the data as they are, in one sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dermaflow.quality.conflicts import CONTRADICTING_LABELS, NEAR_COPIES_CONTRADICT
from dermaflow.quality.labels import AUTHORITIES_DISAGREE, OUTSIDE_TAXONOMY
from dermaflow.quality.verdict import HARMLESS_REASONS, Verdict

CONTRADICTIONS = (CONTRADICTING_LABELS, NEAR_COPIES_CONTRADICT, AUTHORITIES_DISAGREE)

STRONG_AUC, SOME_AUC = 0.75, 0.6
"""What the lower end of a shortcut's interval must reach to be called strong, or some; 0.5 is chance."""


@dataclass(frozen=True)
class Conclusion:
    """How far the data can be trusted as they are."""

    level: Literal["sound", "remarks", "untrusted"]
    sentence: str


def conclusion_of(verdict: Verdict) -> Conclusion:
    """Untrusted: labels contradict each other or the records, tests are given away, or the verdict failed.

    What merely cannot be used (a file that is cut off, a copy) is worth a remark: left out, it misleads nobody.
    """
    unusable = sum(n for reason, n in verdict["quarantined"].items() if reason not in HARMLESS_REASONS)
    found = f"{unusable:,} of {verdict['images_found']:,} files cannot be used"
    grave = list(_grave(verdict))
    if _without_labels(verdict):
        return Conclusion(
            "remarks", f"No file carries a diagnosis, so that only the pictures could be judged; {found}."
        )
    if grave:
        return Conclusion("untrusted", f"These data must not be trusted as they are: {_joined(grave)}.")
    if unusable:
        return Conclusion("remarks", f"Nothing was found that misleads, but {found}.")
    return Conclusion("sound", "Nothing was found that speaks against these data.")


def weight_of(auc: tuple[float, float, float]) -> Literal["strong", "some", "little"]:
    """How much a shortcut's AUC (value, low, high) gives away, chance allowed for."""
    _, low, _ = auc
    return "strong" if low >= STRONG_AUC else "some" if low >= SOME_AUC else "little"


def _without_labels(verdict: Verdict) -> bool:
    """Whether all that could be read has no diagnosis of the task: then nothing that is expected of labels can hold."""
    reasons = verdict["quarantined"]
    return not verdict["accepted"] and OUTSIDE_TAXONOMY in reasons and not _misleading(reasons)


def _misleading(reasons: Mapping[str, int]) -> int:
    return sum(reasons.get(reason, 0) for reason in CONTRADICTIONS)


def _grave(verdict: Verdict) -> Iterator[str]:
    contradicting = _misleading(verdict["quarantined"])
    if contradicting:
        yield f"the labels of {_files(contradicting)} contradict each other and cannot be settled"
    corrected = sum(verdict["corrected"].values())
    if corrected:
        yield f"{_files(corrected)} {'carries' if corrected == 1 else 'carry'} a diagnosis that the official record does not"
    leaks = sum(verdict["leaks"].values())
    if leaks:
        yield f"{leaks:,} of {verdict['official_test']:,} test images are tied to training images"
    for sentence in verdict["failed_expectations"]:
        yield f"an expectation fails ({sentence})"
    if verdict["quarantined_frac"] > verdict["max_quarantined_frac"]:
        yield (
            f"{verdict['quarantined_frac']:.0%} of the files cannot be trusted, more than the "
            f"{verdict['max_quarantined_frac']:.0%} that are put up with"
        )


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _joined(clauses: list[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{'; '.join(clauses[:-1])}; and {clauses[-1]}"
