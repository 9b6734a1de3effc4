"""Put every image that cannot be trusted into quarantine, with its reason, and judge the rest.

Reads   data/ingest/images/, data/ingest/lesions.csv, data/ingest/authorities.csv; of the last accepted ingestion
        data/validate/profile.json (if any)
Writes  data/validate/facts.csv, quarantine.csv, corrections.csv, lesions.csv, profile.json;
        reports/validate/verdict.json, shortcuts.json, data_docs/; .cache/validate (safe to delete)
Run     python -m dermaflow.stages.validate

Only images that are new or have changed are decoded and compared.
"""

from typing import Any

from dermaflow.core import paths
from dermaflow.core.errors import VerdictError, run
from dermaflow.core.files import read_json, write_bytes, write_json
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    AUTHORITY_COLUMNS,
    CORRECTION_COLUMNS,
    INGESTED_COLUMNS,
    QUARANTINE_COLUMNS,
    read_table,
    write_table,
)
from dermaflow.core.params import load_params
from dermaflow.quality.audit import Audit, Collection, audit
from dermaflow.quality.drift import advanced, profile_of
from dermaflow.quality.facts import FACTS_COLUMNS
from dermaflow.quality.measurements import measured
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.report_page import data_docs_page
from dermaflow.quality.shortcuts import Shortcut
from dermaflow.quality.suites_drift import examine_drift
from dermaflow.quality.suites_run import Examination
from dermaflow.quality.verdict import complaint, summary


def main() -> None:
    """Measure, audit, examine, judge; everything but the profile is written before a verdict stops the run."""
    params = load_params("validate", ValidateParams)
    found = audit(_collection(params), params)
    history = read_json(paths.PROFILE) if paths.PROFILE.exists() else None
    profiles = advanced(history, profile_of(found.accepted, found.facts))
    drift = examine_drift(found.accepted, found.facts, profiles["before"], phantom=found.verdict["phantom"])
    _write(found, drift)
    _say(found, drift)
    if not found.verdict["passed"]:
        page = paths.DATA_DOCS / "index.html"
        raise VerdictError(f"{complaint(found.verdict)}\nsee {paths.QUARANTINE} and {page}")
    write_json(profiles, paths.PROFILE)


def _collection(params: ValidateParams) -> Collection:
    lesions = read_table(paths.INGESTED, INGESTED_COLUMNS)
    images = [(image_id, paths.ingested_image(image_id)) for image_id in lesions["image_id"].unique()]
    facts, near = measured(images, params.near_copy_min_likeness, paths.MEASUREMENTS)
    return Collection(lesions, read_table(paths.AUTHORITIES, AUTHORITY_COLUMNS), facts, near)


def _write(found: Audit, drift: Examination) -> None:
    write_table(found.facts, FACTS_COLUMNS, paths.FACTS)
    write_table(found.quarantine, QUARANTINE_COLUMNS, paths.QUARANTINE)
    write_table(found.corrections, CORRECTION_COLUMNS, paths.CORRECTIONS)
    write_table(found.accepted, ACCEPTED_COLUMNS, paths.ACCEPTED)
    write_json([_as_json(shortcut) for shortcut in found.shortcuts], paths.SHORTCUTS)
    write_bytes(drift.page.encode(), paths.DATA_DOCS / "drift.html")
    page = data_docs_page(found, found.examination.page, _picture, drift.failed)
    write_bytes(page.encode(), paths.DATA_DOCS / "index.html")
    write_json(found.verdict, paths.VERDICT)


def _as_json(shortcut: Shortcut) -> dict[str, Any]:
    figures = {
        "balanced_accuracy": shortcut.balanced_accuracy,
        "macro_auc": shortcut.macro_auc,
        "melanoma_auc": shortcut.melanoma_auc,
        "melanoma_vs_nevus_auc": shortcut.melanoma_vs_nevus_auc,
    }
    named = {
        key: dict(zip(("value", "low", "high"), figure, strict=True)) if figure else None
        for key, figure in figures.items()
    }
    told = {"sees": shortcut.sentence, "n_images": shortcut.n_images, "left_out": list(shortcut.left_out)}
    return {"name": shortcut.name, **told, **named}


def _picture(image_id: str) -> bytes:
    return paths.ingested_image(image_id).read_bytes()


def _say(found: Audit, drift: Examination) -> None:
    lines = [f"- {sentence}" for sentence in found.story]
    lines += [f"- warning: {sentence}" for sentence in drift.failed]
    print("\n".join(["what was found:", *lines, summary(found.verdict)]), flush=True)


if __name__ == "__main__":
    run(main)
