"""Time and peak memory of validation and split, part by part, on made-up tables as long as the largest collection.

Run     python benchmarks/validate_split_rows.py [ROWS] [lesions|patients]

No image is decoded: what is measured on images is drawn. `lesions` has an own lesion for most images, as the ISIC
Archive has (many small groups); `patients` has 1,042 patients, as ISIC 2024 has (few large ones). One row in a hundred
is a byte copy under another name, one in a hundred a near copy, one in five hundred faulty, and an authority knows a
tenth. Growth: the last hundredth of the images comes in a second delivery.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
import pandas as pd

from dermaflow.core.lesions import AUTHORITY_COLUMNS, INGESTED_COLUMNS, LEDGER_COLUMNS
from dermaflow.core.params import load_params
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality import audit as audits
from dermaflow.quality.drift import advanced, profile_of
from dermaflow.quality.facts import ImageFacts, facts_table
from dermaflow.quality.params import ValidateParams
from dermaflow.quality.suites_drift import examine_drift
from dermaflow.quality.suites_partitions import examine_partitions
from dermaflow.quality.suites_run import Examination
from dermaflow.split.ledger import extend_ledger
from dermaflow.split.params import SplitParams
from dermaflow.split.scheme import fractions_of

P = ParamSpec("P")
R = TypeVar("R")
ROWS = 401_059  # of ISIC 2024
KNOWN_FRAC, BLURRED_FRAC = 0.1, 0.002
PARTS = ("with_pictures", "with_content_groups", "informed", "screen", "find_leaks", "_shortcuts", "examine",
         "story_of", "judge")  # fmt: skip
SHARES = (0.30, 0.12, 0.10, 0.06, 0.02, 0.25, 0.08, 0.04, 0.03)
GOOD = ImageFacts(
    "", 20_000, "JPEG", 600, 450, "RGB", 1, sharpness=40.0, white_frac=0.0, dark_frac=0.05, shade_frac=0.1,
    smoothness=0.95, colour_spread=20.0, green_frac=0.0, border_red=180.0, border_green=150.0, border_blue=140.0,
    border_red_spread=20.0, border_green_spread=20.0, border_blue_spread=20.0, border_detail=5.0,
    corner_brightness=120.0, quantisation="0123456789abcdef", jpeg_quality=90,
)  # fmt: skip


def main(rows: int, shape: str) -> None:
    validate, split = load_params("validate", ValidateParams), load_params("split", SplitParams)
    collection = timed("(making it up)", made_up)(rows, shape)
    for part in PARTS:
        setattr(audits, part, timed(f"  {part.strip('_')}", getattr(audits, part)))
    begin = time.monotonic()
    found = timed("audit, in all", audits.audit)(collection, validate)
    first = found.accepted[: len(found.accepted) * 99 // 100]
    history = advanced(None, timed("profile", profile_of)(first, found.facts))
    drift = timed("drift suite", examine_drift)(found.accepted, found.facts, history["now"], phantom=False)
    empty = pd.DataFrame(columns=list(LEDGER_COLUMNS), dtype=str)
    ledger, _ = timed("ledger, new", extend_ledger)(empty, first, split)
    ledger, unused = timed("ledger, extended", extend_ledger)(ledger, found.accepted, split)
    partitions = timed("partitions suite", partitions_of)(found, ledger, unused, split)
    print(f"{'validate and split':24}{time.monotonic() - begin:8.1f} s")
    print(f"{len(found.accepted):,} of {rows:,} rows accepted, {ledger['group_id'].nunique():,} groups")
    print("\n".join((*found.examination.failed, *drift.failed, *partitions.failed)))


def partitions_of(found: audits.Audit, ledger: pd.DataFrame, unused: pd.DataFrame, params: SplitParams) -> Examination:
    images = found.accepted[~found.accepted["image_id"].isin(unused["image_id"].tolist())]
    images = images.merge(ledger.drop(columns="sha256"), on="image_id")
    images = images.merge(found.facts[["image_id", "pixels_sha256"]], on="image_id")
    return examine_partitions(images, fractions_of(params), official=params.method == "official", phantom=False)


def timed(name: str, work: Callable[P, R]) -> Callable[P, R]:
    """The same work, which prints its time and the most memory that the process has had meanwhile.

    Of an audit in all, the memory is that of its last part.
    """

    def _work(*arguments: P.args, **named: P.kwargs) -> R:
        begin = time.monotonic()
        Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew
        result = work(*arguments, **named)
        status = Path("/proc/self/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        print(f"{name:24}{time.monotonic() - begin:8.1f} s{peak / 2**20:8.2f} GiB", flush=True)
        return result

    return _work


def made_up(rows: int, shape: str) -> audits.Collection:
    draw = np.random.default_rng(7)
    names = np.array([f"ISIC_{i:07d}" for i in range(rows)])
    of = np.arange(rows)
    copies = draw.choice(np.arange(1, rows), rows // 100, replace=False)
    of[copies] = copies - 1  # a byte copy of the image before it
    hashes = np.array([hashlib.sha256(name.encode()).hexdigest() for name in names])[of]
    table = pd.DataFrame(dict.fromkeys(INGESTED_COLUMNS, ""), index=range(rows), dtype=str).assign(
        image_id=names, file=[f"images/{name}.jpg" for name in names], isic_id=names[of], sha256=hashes,
        diagnosis=draw.choice(DIAGNOSES, rows, p=SHARES), labelled_by="table",
        source=draw.choice(["barcelona", "vienna", "sydney"], rows), age=draw.choice(["", "45", "50", "85"], rows),
        sex=draw.choice(["female", "male", ""], rows), site=draw.choice(["torso", "leg", ""], rows),
        licence="CC-BY-NC",
    )  # fmt: skip
    table = table.assign(label=table["diagnosis"], image_id=names[of])
    if shape == "patients":
        table["patient_id"] = [f"P{number}" for number in draw.integers(0, 1042, rows)]
    else:
        table["lesion_id"] = [f"L{number}" for number in draw.integers(0, rows * 3 // 4, rows)]
    images = table.drop_duplicates("image_id")
    known = table[draw.random(rows) < KNOWN_FRAC].drop_duplicates("image_id")
    stated = pd.DataFrame(dict.fromkeys(AUTHORITY_COLUMNS, ""), index=known.index, dtype=str).assign(
        image_id=known["image_id"], authority="official", label=known["diagnosis"], diagnoses=known["diagnosis"]
    )
    near = draw.choice(len(images) - 1, rows // 100, replace=False)
    ids = images["image_id"].to_numpy()
    pairs = pd.DataFrame({"image_id": ids[near], "other_id": ids[near + 1]})
    return audits.Collection(table, stated, facts_of(images, draw), pairs)


def facts_of(images: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    n = len(images)
    one = facts_table([GOOD])
    facts = one.loc[one.index.repeat(n)].reset_index(drop=True)
    return facts.assign(
        image_id=images["image_id"].to_numpy(), sha256=images["sha256"].to_numpy(),
        pixels_sha256=images["sha256"].to_numpy(), brightness=draw.normal(150, 15, n), contrast=draw.normal(40, 5, n),
        colour=draw.normal(60, 9, n), size_bytes=pd.array(draw.integers(9_000, 90_000, n), dtype="Int64"),
        sharpness=np.where(draw.random(n) < BLURRED_FRAC, 2.0, draw.normal(60, 5, n)),
    )  # fmt: skip


if __name__ == "__main__":
    rows, shape = [*sys.argv[1:], *(str(ROWS), "lesions")[len(sys.argv) - 1 :]]
    main(int(rows), shape)
