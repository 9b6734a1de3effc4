"""Assign every accepted image to train, validation or test; never divide a group, never move an image.

Reads   data/validate/lesions.csv, and of the last split data/split/ledger.csv and scheme.json (if any)
Writes  data/split/ledger.csv, scheme.json, quarantine.csv; reports/split/data_docs/
Run     python -m dermaflow.stages.split
"""

import pandas as pd

from dermaflow.core import paths
from dermaflow.core.errors import SplitError, run
from dermaflow.core.files import read_json, write_bytes, write_json
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    LEDGER_COLUMNS,
    PARTITIONS,
    QUARANTINE_COLUMNS,
    is_phantom,
    read_table,
    read_table_if_any,
    write_table,
)
from dermaflow.core.params import load_params
from dermaflow.quality.suites_partitions import examine_partitions
from dermaflow.split.ledger import extend_ledger
from dermaflow.split.params import SplitParams
from dermaflow.split.scheme import changes, fractions_of, scheme_of


def main() -> None:
    """Extend the ledger by what is new; begin a new one where the scheme has changed."""
    params = load_params("split", SplitParams)
    lesions = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)
    changed = _changes(params)
    previous = _last_ledger()
    for change in changed:
        print(f"NEW LEDGER: {change}; promotion leaves out what a champion has seen")
    known = previous.iloc[:0] if changed or params.method == "folds" else previous
    ledger, quarantine = extend_ledger(known, lesions, params)
    _examine(lesions, ledger, quarantine, params)
    if changed:
        paths.LEDGER.unlink()  # an old ledger must not be found beside the new scheme, even after a kill
    write_json(scheme_of(params), paths.SCHEME)
    write_table(quarantine, QUARANTINE_COLUMNS, paths.SPLIT_QUARANTINE)
    write_table(ledger, LEDGER_COLUMNS, paths.LEDGER)
    _report(lesions.merge(ledger, on="image_id"), quarantine, known=len(known))


def _last_ledger() -> pd.DataFrame:
    """The ledger so far, if any; what an older version of it did not have yet is blank."""
    known = read_table_if_any(paths.LEDGER, ("image_id", "group_id", "partition", "sha256"))
    return known.reindex(columns=list(LEDGER_COLUMNS), fill_value="")


def _examine(lesions: pd.DataFrame, ledger: pd.DataFrame, quarantine: pd.DataFrame, params: SplitParams) -> None:
    """Write the page of what must hold for the partitions; stop before anything else is written if that does not."""
    images = lesions[~lesions["image_id"].isin(quarantine["image_id"].tolist())]
    images = images.merge(ledger.drop(columns=["sha256", "pixels_sha256"]), on="image_id", how="left")
    images = images.fillna("")
    official, asked = params.method == "official", fractions_of(params)
    page = paths.PARTITION_DOCS / "index.html"
    examination = examine_partitions(images, asked, official=official, phantom=is_phantom(lesions))
    write_bytes(examination.page.encode(), page)
    if examination.failed:
        faults = "\n".join(f"  - {sentence}" for sentence in examination.failed)
        raise SplitError(f"the split must not be used, the ledger stays as it was:\n{faults}\nsee {page}")


def _changes(params: SplitParams) -> list[str]:
    """How the scheme differs from the one that the ledger was made by; empty without a ledger."""
    if not paths.LEDGER.exists():
        return []
    if not paths.SCHEME.exists():
        raise SplitError(
            f"expected {paths.SCHEME} beside {paths.LEDGER}, found none: `dvc checkout {paths.SCHEME}` restores it;"
            f" or remove {paths.LEDGER} to split anew"
        )
    return changes(read_json(paths.SCHEME), scheme_of(params))


def _report(images: pd.DataFrame, quarantine: pd.DataFrame, known: int) -> None:
    used = images[images["partition"].isin(PARTITIONS)]
    groups = used["group_id"].nunique()
    print(f"{len(used):,} images in {groups:,} groups, {len(used) - groups:,} kept with another image of their group")
    print(f"the ledger knew {known:,} images before" if known else "the ledger is new")
    sizes = pd.crosstab(used["diagnosis"], used["partition"], margins=True, margins_name="all")
    print(sizes.reindex(columns=[*PARTITIONS, "all"], fill_value=0).to_string())
    print(f"{len(quarantine):,} images not used, so that nothing leaks")
    for reason, count in quarantine["reason"].value_counts().items():
        print(f"  {reason}: {count:,}", flush=True)


if __name__ == "__main__":
    run(main)
