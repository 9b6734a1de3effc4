"""Put every image that cannot be trusted into quarantine, with its reason, and judge the rest.

Reads   data/ingest/images/, data/ingest/lesions.csv
Writes  data/validate/facts.csv, quarantine.csv, lesions.csv; reports/validate/verdict.json, data_docs/
Run     python -m dermaflow.stages.validate
"""

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import VerdictError, run
from dermaflow.core.files import write_bytes, write_json
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    INGESTED_COLUMNS,
    QUARANTINE_COLUMNS,
    is_phantom,
    read_table,
    write_table,
)
from dermaflow.core.params import load_params
from dermaflow.quality.facts import FACTS_COLUMNS, measure_images
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.screening import Screened, screen
from dermaflow.quality.suites import Examination, examine
from dermaflow.quality.verdict import Verdict, complaint, judge, summary


def main() -> None:
    """Measure, screen, examine, judge; everything is written before a verdict stops the run."""
    params = load_params("validate", ValidateParams)
    lesions = read_table(paths.INGESTED, INGESTED_COLUMNS)
    facts = measure_images([(image_id, paths.ingested_image(image_id)) for image_id in lesions["image_id"].unique()])
    screened = screen(lesions, facts, params)
    examination = examine(screened.accepted, facts, params.min_side_px, phantom=is_phantom(lesions))
    verdict = judge(lesions, screened.accepted, screened.quarantine, examination.failed, params.max_quarantined_frac)
    _write(facts, screened, examination, verdict)
    print(summary(verdict), flush=True)
    if not verdict["passed"]:
        raise VerdictError(f"{complaint(verdict)}\nsee {paths.QUARANTINE} and {paths.DATA_DOCS / 'index.html'}")


def _write(facts: pd.DataFrame, screened: Screened, examination: Examination, verdict: Verdict) -> None:
    write_table(facts, FACTS_COLUMNS, paths.FACTS)
    write_table(screened.quarantine, QUARANTINE_COLUMNS, paths.QUARANTINE)
    write_table(screened.accepted, ACCEPTED_COLUMNS, paths.ACCEPTED)
    write_bytes(examination.page.encode(), paths.DATA_DOCS / "index.html")
    write_json(verdict, paths.VERDICT)


if __name__ == "__main__":
    run(main)
