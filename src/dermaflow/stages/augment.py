"""Make varied copies of training images: until each diagnosis has a set number, or as many of every image.

Reads   data/ingest/images, data/validate/lesions.csv, data/split/ledger.csv
Writes  data/augment/images/<image_id>_copy<number>.jpg, data/augment/plan.csv
Run     python -m dermaflow.stages.augment
"""

import shutil
from pathlib import Path

import pandas as pd

from dermaflow.augment.operations import Original, write_copies
from dermaflow.augment.params import AugmentParams
from dermaflow.augment.plan import make_plan
from dermaflow.core import paths
from dermaflow.core.errors import run
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, PLAN_COLUMNS, read_table, write_table
from dermaflow.core.parallel import parallel_map
from dermaflow.core.params import load_params


def main(workers: int | None = None) -> None:
    """Plan, make the copies with the given number of processes (all cores by default), write the plan last."""
    params = load_params("augment", AugmentParams)
    lesions = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)
    ledger = read_table(paths.LEDGER, LEDGER_COLUMNS)
    plan = make_plan(lesions, ledger, params)
    paths.PLAN.unlink(missing_ok=True)
    shutil.rmtree(paths.AUGMENTED_IMAGES, ignore_errors=True)
    paths.AUGMENTED_IMAGES.mkdir(parents=True)
    originals = _originals(plan, params)
    made = sum(parallel_map(write_copies, originals, "images varied", workers))
    write_table(plan, PLAN_COLUMNS, paths.PLAN)
    _report(plan, lesions.merge(ledger[ledger["partition"] == "train"], on="image_id"), made)


def _originals(plan: pd.DataFrame, params: AugmentParams) -> list[Original]:
    """The images that have copies, each with where these go."""
    copies = plan[plan["copy"] > 0]
    return [
        Original(
            image_id, paths.ingested_image(image_id), [(c, Path(f)) for c, f in zip(*columns, strict=True)], params
        )
        for image_id, *columns in copies.groupby("image_id", sort=False)[["copy", "file"]].agg(list).itertuples()
    ]


def _report(plan: pd.DataFrame, training: pd.DataFrame, made: int) -> None:
    table = pd.DataFrame(
        {
            "train partition": training["diagnosis"].value_counts(),
            "used": plan.loc[plan["copy"] == 0, "diagnosis"].value_counts(),
            "copies": plan.loc[plan["copy"] > 0, "diagnosis"].value_counts(),
        }
    )
    print(f"{len(plan):,} training images planned, {made:,} of them varied copies")
    print(table.fillna(0).astype(int).to_string(), flush=True)


if __name__ == "__main__":
    run(main)
