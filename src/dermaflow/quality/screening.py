"""Divide the ingested rows into those that can be used and those in quarantine, each with its reason."""

from dataclasses import dataclass

import pandas as pd

from dermaflow.core.lesions import ACCEPTED_COLUMNS, QUARANTINE_COLUMNS
from dermaflow.quality.conflicts import exact_copies, findings, near_contradictions, too_rare
from dermaflow.quality.faults import find_faults
from dermaflow.quality.labels import settle, unconfirmed
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.withheld import withheld


@dataclass(frozen=True)
class Screened:
    """Every ingested row, in one of two tables; and what was corrected among them."""

    accepted: pd.DataFrame  # ACCEPTED_COLUMNS, a row an image
    quarantine: pd.DataFrame  # QUARANTINE_COLUMNS, a row a file, in the order of the ingested table
    corrections: pd.DataFrame  # CORRECTION_COLUMNS, a row a file


def screen(rows: pd.DataFrame, authorities: pd.DataFrame, facts: pd.DataFrame, params: ValidateParams) -> Screened:
    """Set aside what is for another task, faulty files, labels that nobody can settle, copies, diagnoses too rare.

    The order matters: labels are settled before copies are judged, and a diagnosis is counted at the very end.

    Args:
        rows: INGESTED_COLUMNS, a row a file as found, described by `pictures` and `knowledge`.
        authorities: AUTHORITY_COLUMNS.
        facts: as made by `facts.measure_images`, a row an image.
    """
    whole = rows.reset_index(drop=True)
    found = [withheld(whole, params.withheld_sources)]
    left = _without(whole, found[-1])
    found.append(_faulty(left, facts, params))
    settled = settle(_without(left, found[-1]), authorities)
    found.append(settled.findings)
    left = _without(settled.rows, found[-1])
    if params.unconfirmed_labels == "quarantine":
        found.append(unconfirmed(left))
        left = _without(left, found[-1])
    for judge in (exact_copies, near_contradictions):
        found.append(judge(left))
        left = _without(left, found[-1])
    found.append(too_rare(left, params.min_images_per_diagnosis))
    left = _without(left, found[-1])
    quarantine = whole.join(pd.concat(found), how="inner").sort_index()
    return Screened(
        left[list(ACCEPTED_COLUMNS)].reset_index(drop=True),
        quarantine[list(QUARANTINE_COLUMNS)].reset_index(drop=True),
        settled.corrections,
    )


def _faulty(rows: pd.DataFrame, facts: pd.DataFrame, params: ValidateParams) -> pd.DataFrame:
    faults = find_faults(facts, params.min_side_px, params.tolerated_faults)
    faulty = rows.loc[rows["image_id"].isin(faults), "image_id"]
    table = findings(faulty.index, "", [faults[image_id].evidence for image_id in faulty])
    return table.assign(reason=[faults[image_id].reason for image_id in faulty])


def _without(rows: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(index=found.index)
