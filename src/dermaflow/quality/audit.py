"""All that validation finds in a collection, for the stage `validate` and for `dermaflow check`."""

from dataclasses import dataclass

import pandas as pd

from dermaflow.core.groups import connected
from dermaflow.core.lesions import is_phantom
from dermaflow.quality.knowledge import informed
from dermaflow.quality.leaks import find_leaks
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.pictures import with_content_groups, with_pictures
from dermaflow.quality.screening import screen
from dermaflow.quality.shortcuts import Shortcut, shortcut_audit
from dermaflow.quality.story import Found, story_of
from dermaflow.quality.suites import Examination, examine
from dermaflow.quality.verdict import Verdict, judge


@dataclass(frozen=True)
class Collection:
    """What is audited."""

    lesions: pd.DataFrame  # INGESTED_COLUMNS, a row a file as found
    authorities: pd.DataFrame  # AUTHORITY_COLUMNS
    facts: pd.DataFrame  # as made by facts.measure_images, a row an image
    near: pd.DataFrame  # near copies, a row a pair: image_id, other_id


@dataclass(frozen=True)
class Audit:
    """What was found."""

    lesions: pd.DataFrame  # the rows as found, with what authorities and copies know filled in
    facts: pd.DataFrame
    accepted: pd.DataFrame  # ACCEPTED_COLUMNS
    quarantine: pd.DataFrame  # QUARANTINE_COLUMNS
    corrections: pd.DataFrame  # CORRECTION_COLUMNS
    leaks: pd.DataFrame  # LEAK_COLUMNS: of the source's own test part
    shortcuts: tuple[Shortcut, ...]
    examination: Examination
    story: tuple[str, ...]  # sentences, the most important first
    verdict: Verdict


def audit(collection: Collection, params: ValidateParams) -> Audit:
    """Find out what is wrong with a collection, what of it can be used, and whether that may be used."""
    rows = with_pictures(collection.lesions.reset_index(drop=True), collection.facts)
    rows = informed(with_content_groups(rows, collection.near), collection.authorities)
    screened = screen(rows, collection.authorities, collection.facts, params)
    leaks = find_leaks(rows)
    shortcuts = _shortcuts(screened.accepted, collection.facts, params.seed)
    phantom = is_phantom(rows)
    examination = examine(screened.accepted, collection.facts, params.min_side_px, phantom=phantom)
    return Audit(
        lesions=rows,
        facts=collection.facts,
        accepted=screened.accepted,
        quarantine=screened.quarantine,
        corrections=screened.corrections,
        leaks=leaks,
        shortcuts=shortcuts,
        examination=examination,
        story=story_of(Found(rows, collection.authorities, screened, leaks, shortcuts)),
        verdict=judge(rows, screened, leaks, examination.failed, params.max_quarantined_frac),
    )


def _shortcuts(accepted: pd.DataFrame, facts: pd.DataFrame, seed: int) -> tuple[Shortcut, ...]:
    """The shortcuts among the images that will be used: what a model could learn from them instead of lesions."""
    measured = facts.drop(columns=[name for name in facts.columns if name in accepted and name != "image_id"])
    return shortcut_audit(accepted.merge(measured, on="image_id", how="left"), connected(accepted), seed)
