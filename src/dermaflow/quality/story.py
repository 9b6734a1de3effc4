"""What was found in a collection, told in sentences: the most important first, nothing that was not found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.conflicts import CONTRADICTING_LABELS
from dermaflow.quality.labels import AUTHORITIES_DISAGREE, OUTSIDE_TAXONOMY
from dermaflow.quality.screening import Screened
from dermaflow.quality.shortcuts import Shortcut
from dermaflow.quality.statements import statements
from dermaflow.quality.withheld import WITHHELD

TELLING_AUC = 0.7
"""From here on a shortcut is worth a sentence: it ranks seven of ten pairs rightly without looking at the lesion."""
UNSETTLED = (CONTRADICTING_LABELS, AUTHORITIES_DISAGREE, OUTSIDE_TAXONOMY)
_NAMED = 4
_SHORTCUTS_TOLD = 3


@dataclass(frozen=True)
class Found:
    """All that the story is told from."""

    rows: pd.DataFrame  # INGESTED_COLUMNS as filed, knowledge filled in; picture, pixels_sha256, content_group
    authorities: pd.DataFrame  # AUTHORITY_COLUMNS
    screened: Screened
    leaks: pd.DataFrame  # LEAK_COLUMNS
    shortcuts: Sequence[Shortcut]


def story_of(found: Found) -> tuple[str, ...]:
    """The story, a sentence or two a finding."""
    parts = (_files, _contradictions, _officially, _leaks, _near_copies, _lesions, _shortcuts)
    return tuple(sentence for part in parts for sentence in part(found))


def _files(found: Found) -> Iterator[str]:
    rows = found.rows
    numbers = rows.loc[rows["isic_id"] != "", "isic_id"].nunique()
    known = f" under {_n(numbers, 'number')} of the ISIC Archive" if numbers else ""
    unreadable = rows["pixels_sha256"] == ""
    shown = _n(rows.loc[~unreadable, "picture"].nunique(), "picture")
    yield f"{_n(len(rows), 'file')} {'shows' if len(rows) == 1 else 'show'} {shown}{known}."
    stems = rows["file"].str.replace(r"^.*/|\.[^./]*$", "", regex=True)
    plain = stems.str.replace(r"(?:\s*\(\d+\)| copy)$", "", regex=True)
    if unreadable.any():
        yield f"{_n(int(unreadable.sum()), 'file')} cannot be read as a picture at all."
    named = int(((plain != stems) & (plain.isin(stems) | (plain == rows["isic_id"]))).sum())
    if named:
        yield f"{_n(named, 'file')} {'is' if named == 1 else 'are'} named as a copy of another."


def _contradictions(found: Found) -> Iterator[str]:
    torn = _torn(found.rows)
    if torn.empty:
        return
    filed = found.rows[found.rows["picture"].isin(torn.index)]
    alike = filed.groupby("picture")["sha256"].nunique().eq(1).sum()
    pairs = ", ".join(f"{names} ({count:,})" for names, count in torn.value_counts().head(_NAMED).items())
    yield (
        f"{_n(len(torn), 'picture')} {_is(len(torn))} filed under more than one diagnosis: {pairs}. "
        f"In {alike:,} of these cases the files are identical to the byte."
    )
    unsettled, withheld = (_pictures_of(filed, found.screened.quarantine, why) for why in (UNSETTLED, (WITHHELD,)))
    if withheld:
        yield f"{withheld:,} of these {_is(withheld)} withheld for another task."
    settled = len(torn) - withheld - unsettled
    if not settled and not unsettled:
        return
    if found.authorities.empty and not settled:
        yield "No authority on labels was given, so none of these contradictions can be settled."
    else:
        yield (
            f"Official labels settle {settled:,} of these contradictions; "
            f"{unsettled:,} cannot be settled and are not used."
        )


def _officially(found: Found) -> Iterator[str]:
    stated = statements(found.rows, found.authorities)
    if stated.empty:
        return
    rows = found.rows.drop_duplicates(["picture", "diagnosis"])
    pictures = _n(rows["picture"].nunique(), "picture")
    by_authority = ~stated["own"].astype(bool)
    if not by_authority.all():
        n_own = stated.loc[~by_authority, "picture"].nunique()
        yield f"{n_own:,} of the {pictures} {_is(n_own)} labelled by their source's own records, a table or an archive."
    if by_authority.any():
        yield f"Official labels are known for {stated.loc[by_authority, 'picture'].nunique():,} of the {pictures}."
    changed = found.screened.corrections.drop_duplicates(["image_id", "from_diagnosis"])
    moves = (changed["from_diagnosis"] + " → " + changed["to_diagnosis"]).value_counts()
    if len(moves):
        told = ", ".join(f"{move} ({count:,})" for move, count in moves.head(_NAMED).items())
        yield f"{_n(int(moves.sum()), 'label')} {_is(int(moves.sum()))} corrected by them: {told}."
    confirmed = set(_confirmed(rows, stated))
    for diagnosis, part in rows[rows["diagnosis"] != ""].groupby("diagnosis"):
        if diagnosis not in confirmed:
            known = int(part["picture"].isin(stated["picture"]).sum())
            unknown = len(part) - known
            yield (
                f"No picture filed as {diagnosis} is confirmed: of {len(part):,}, {known:,} {_is(known)} officially "
                f"something else and {unknown:,} {_is(unknown)} unknown to the authorities."
            )


def _leaks(found: Found) -> Iterator[str]:
    n_test = int((found.rows["official_partition"] == "test").sum())
    links = found.leaks["link"].value_counts()
    if links.empty:
        return
    total = len(found.leaks)
    yield (
        f"{total:,} of {_n(n_test, 'test image')} of the source's own division {_is(total)} tied to its training "
        "images: "
        + ", ".join(f"{link} {count:,}" for link, count in links.items())
        + ". A score on that test part is too good."
    )


def _near_copies(found: Found) -> Iterator[str]:
    pictures = found.rows.drop_duplicates("picture")
    sizes = pictures["content_group"].value_counts()
    grouped = sizes[sizes > 1]
    if len(grouped):
        yield (
            f"{_n(int(grouped.sum()), 'picture')} of different names are near copies of each other, "
            f"in {_n(len(grouped), 'group')}."
        )


def _lesions(found: Found) -> Iterator[str]:
    pictures = found.rows[found.rows["pixels_sha256"] != ""].drop_duplicates("picture")
    without = int((pictures["lesion_id"] == "").sum())
    if without:
        yield (
            f"{without:,} of the {_n(len(pictures), 'picture')} have no known lesion: "
            "whether two of them show one lesion can only be told where the pictures are near copies."
        )


def _shortcuts(found: Found) -> Iterator[str]:
    telling = [
        (shortcut.melanoma_auc[0], shortcut.sentence)
        for shortcut in found.shortcuts
        if shortcut.melanoma_auc and shortcut.melanoma_auc[0] >= TELLING_AUC
    ]
    for auc, sentence in sorted(telling, key=lambda each: -each[0])[:_SHORTCUTS_TOLD]:
        yield (
            f"Shortcut: {sentence} tells melanoma from the rest with an AUC of {auc:.2f} without looking at the "
            "lesion; a model's AUC must be read against it."
        )


def _torn(rows: pd.DataFrame) -> pd.Series:
    """For each picture under more than one diagnosis: their names, joined by " and "."""
    named = rows[rows["diagnosis"] != ""].drop_duplicates(["picture", "diagnosis"])
    torn = named[named["picture"].duplicated(keep=False)].sort_values("diagnosis")
    return torn.groupby("picture")["diagnosis"].agg(" and ".join)


def _pictures_of(rows: pd.DataFrame, quarantine: pd.DataFrame, reasons: Sequence[str]) -> int:
    """How many pictures of these rows are in quarantine for one of the reasons."""
    kept = quarantine.loc[quarantine["reason"].isin(reasons), "image_id"]
    return rows.loc[rows["image_id"].isin(kept), "picture"].nunique()


def _confirmed(rows: pd.DataFrame, stated: pd.DataFrame) -> Iterator[str]:
    """The diagnoses of which at least one filing is allowed by an official label."""
    pairs = stated.merge(rows[["picture", "diagnosis"]], on="picture")
    for place, diagnosis in enumerate(DIAGNOSES):
        allows = pairs.loc[pairs["diagnosis"] == diagnosis, "allows"].to_numpy(dtype=np.int64)
        if ((allows >> place) & 1).any():
            yield diagnosis


def _n(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
