"""Divide the ingested rows into those that can be used and those in quarantine, each with its reason."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dermaflow.core.lesions import ACCEPTED_COLUMNS, QUARANTINE_COLUMNS
from dermaflow.quality.conflicts import (
    CONTRADICTING_LABELS,
    NEAR_COPIES_CONTRADICT,
    contradictions,
    exact_copies,
    findings,
    too_rare,
    with_knowledge_of_copies,
)
from dermaflow.quality.duplicates import content_groups
from dermaflow.quality.facts import THUMBNAIL_SIDE_PX
from dermaflow.quality.faults import find_faults
from dermaflow.quality.params import ValidateParams


@dataclass(frozen=True)
class Screened:
    """Every ingested row, in one of two tables."""

    accepted: pd.DataFrame  # ACCEPTED_COLUMNS, a row an image
    quarantine: pd.DataFrame  # QUARANTINE_COLUMNS, a row a file, in the order of the ingested table


def screen(lesions: pd.DataFrame, facts: pd.DataFrame, params: ValidateParams) -> Screened:
    """Find what cannot be used: faulty files, contradictions, copies, and then diagnoses with too few images.

    The order matters: a copy is judged among readable files, and a diagnosis is counted at the very end.

    Args:
        lesions: INGESTED_COLUMNS, a row a file as found.
        facts: as made by `facts.measure_images`, a row an image.
    """
    rows = lesions.reset_index(drop=True)
    found = [_faulty(rows, facts, params.min_side_px)]
    rows = _without(rows, found[-1])
    found.append(contradictions(rows, "sha256", CONTRADICTING_LABELS))
    rows = with_knowledge_of_copies(_without(rows, found[-1]))
    found.append(exact_copies(rows))
    rows = with_content_group(_without(rows, found[-1]), facts, params.near_copy_max_bits)
    found.append(contradictions(rows, "content_group", NEAR_COPIES_CONTRADICT))
    rows = _without(rows, found[-1])
    found.append(too_rare(rows, params.min_images_per_diagnosis))
    rows = _without(rows, found[-1])
    quarantine = lesions.reset_index(drop=True).join(pd.concat(found), how="inner").sort_index()
    return Screened(
        rows.assign(confirmed_by="")[list(ACCEPTED_COLUMNS)].reset_index(drop=True),
        quarantine[list(QUARANTINE_COLUMNS)].reset_index(drop=True),
    )


def with_content_group(rows: pd.DataFrame, facts: pd.DataFrame, max_bits: int) -> pd.DataFrame:
    """The rows with a column content_group, equal where images are near copies (see `duplicates`)."""
    measured = facts.set_index("image_id").loc[rows["image_id"]]
    hashes = np.array([int(text, 16) for text in measured["perceptual_hash"]], dtype=np.uint64)
    shades = np.frombuffer(b"".join(measured["thumbnail"]), dtype=np.uint8).reshape(-1, THUMBNAIL_SIDE_PX**2)
    return rows.assign(content_group=content_groups(rows["image_id"].tolist(), hashes, shades, max_bits))


def _faulty(rows: pd.DataFrame, facts: pd.DataFrame, min_side_px: int) -> pd.DataFrame:
    faults = find_faults(facts, min_side_px)
    faulty = [(index, faults[image_id]) for index, image_id in rows["image_id"].items() if image_id in faults]
    table = findings([index for index, _ in faulty], "", [fault.evidence for _, fault in faulty])
    return table.assign(reason=[fault.reason for _, fault in faulty])


def _without(rows: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(index=found.index)
