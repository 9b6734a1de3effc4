"""What a verdict means for somebody who wants to use the data as they are, in one sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dermaflow.quality.conflicts import (
    CONTRADICTING_LABELS,
    DIAGNOSIS_TOO_RARE,
    EXACT_COPY,
    NEAR_COPIES_CONTRADICT,
)
from dermaflow.quality.labels import AUTHORITIES_DISAGREE, LABEL_NOT_CONFIRMED, OUTSIDE_TAXONOMY
from dermaflow.quality.shortcuts import Shortcut
from dermaflow.quality.verdict import HARMLESS_REASONS, Verdict

CONTRADICTIONS = (CONTRADICTING_LABELS, NEAR_COPIES_CONTRADICT, AUTHORITIES_DISAGREE)

STRONG_AUC, SOME_AUC = 0.75, 0.6
"""What the lower end of a shortcut's interval must reach to be called strong, or some; 0.5 is chance."""


@dataclass(frozen=True)
class Conclusion:
    """How far the data can be trusted as they are."""

    level: Literal["sound", "remarks", "untrusted"]
    sentence: str


def conclusion_of(verdict: Verdict, shortcuts: Sequence[Shortcut]) -> Conclusion:
    """Untrusted: labels contradict each other or the records, tests are given away, or the verdict failed.

    What merely cannot be used (a file that is cut off, a copy) is worth a remark: left out, it misleads nobody. So is a
    strong shortcut: the data are what they are, but a score on them must be read against it.
    """
    remarks = list(_remarks(verdict, shortcuts))
    grave = list(_grave(verdict))
    if _without_labels(verdict):
        leaks = list(_leaks(verdict))
        told = _joined(["no file carries a diagnosis, so that only the pictures could be judged", *leaks, *remarks])
        return Conclusion("untrusted" if leaks else "remarks", f"{told[0].upper()}{told[1:]}.")
    if grave:
        return Conclusion("untrusted", f"These data must not be trusted as they are: {_joined(grave)}.")
    if remarks:
        return Conclusion("remarks", f"These data can be used with care: {_joined(remarks)}.")
    return Conclusion("sound", "Nothing was found that speaks against these data.")


def weight_of(auc: tuple[float, float, float]) -> Literal["strong", "some", "little"]:
    """How much a shortcut's AUC (value, low, high) gives away, chance allowed for."""
    _, low, _ = auc
    return "strong" if low >= STRONG_AUC else "some" if low >= SOME_AUC else "little"


def _without_labels(verdict: Verdict) -> bool:
    """Whether all that could be read has no diagnosis of the task: then nothing that is expected of labels can hold."""
    reasons = verdict["quarantined"]
    labelled = {DIAGNOSIS_TOO_RARE, LABEL_NOT_CONFIRMED, EXACT_COPY} & set(reasons)
    return not verdict["accepted"] and OUTSIDE_TAXONOMY in reasons and not labelled and not _misleading(reasons)


def _remarks(verdict: Verdict, shortcuts: Sequence[Shortcut]) -> Iterator[str]:
    unusable = sum(n for reason, n in verdict["quarantined"].items() if reason not in HARMLESS_REASONS)
    if unusable:
        yield f"{unusable:,} of {verdict['images_found']:,} files cannot be used"
    strong = [each for each in shortcuts if each.melanoma_auc and weight_of(each.melanoma_auc) == "strong"]
    if strong:
        auc, told = max((each.melanoma_auc[0], each.sentence.rstrip(",")) for each in strong if each.melanoma_auc)
        yield f"melanoma can be told without a look at the lesion, from {told} (AUC {auc:.2f})"


def _misleading(reasons: Mapping[str, int]) -> int:
    return sum(reasons.get(reason, 0) for reason in CONTRADICTIONS)


def _grave(verdict: Verdict) -> Iterator[str]:
    contradicting = _misleading(verdict["quarantined"])
    if contradicting:
        yield f"the labels of {_files(contradicting)} contradict each other and cannot be settled"
    corrected = sum(verdict["corrected"].values())
    if corrected:
        have = "carries" if corrected == 1 else "carry"
        yield f"{_files(corrected)} {have} a diagnosis that the official record does not"
    yield from _leaks(verdict)
    for sentence in verdict["failed_expectations"]:
        yield f"an expectation fails ({sentence})"
    if verdict["quarantined_frac"] > verdict["max_quarantined_frac"]:
        yield (
            f"{verdict['quarantined_frac']:.0%} of the files cannot be trusted, more than the "
            f"{verdict['max_quarantined_frac']:.0%} that are put up with"
        )


def _leaks(verdict: Verdict) -> Iterator[str]:
    leaks = sum(verdict["leaks"].values())
    if leaks:
        yield f"{leaks:,} of {verdict['official_test']:,} test images are tied to training images"


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _joined(clauses: list[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{'; '.join(clauses[:-1])}; and {clauses[-1]}"
