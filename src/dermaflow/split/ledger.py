"""The ledger: which partition an image belongs to, once and for all, however the data grow."""

import pandas as pd

from dermaflow.core.errors import SplitError, TableError
from dermaflow.core.lesions import LEDGER_COLUMNS, PARTITIONS, QUARANTINE_COLUMNS
from dermaflow.split.conflicts import linking_images
from dermaflow.split.folds import assign_for_fold
from dermaflow.split.groups import name_groups
from dermaflow.split.params import SplitParams
from dermaflow.split.scheme import fractions_of
from dermaflow.split.strata import assign_groups

WITHDRAWN = "withdrawn"
"""In place of a partition: the image had one, but is now known to belong to a group of another; not used again."""
LINKS_PARTITIONS = "links-partitions"
LEAKS = "leaks-into-official-test"


def extend_ledger(
    previous: pd.DataFrame, lesions: pd.DataFrame, params: SplitParams
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assign every accepted image that the ledger does not know yet; what it knows keeps its partition.

    - New images of a known group take its partition; new groups are drawn (`strata.assign_groups`).
    - An image that ties groups of two partitions together is not used (links-partitions), and groups are
      formed without it. If the ledger had assigned it (its lesion or patient was corrected since), its row
      stays with the partition WITHDRAWN.
    - With method `official` the images that the source calls test are test, and every other image of their
      groups is not used (leaks-into-official-test).
    - Rows of images that have left the data stay, so that they come back to the same place.
    - An image is known by its bytes: one that was renamed keeps its place, and other bytes under a known
      name are a new image.
    - With method `folds` nothing was known before: the folds of a collection that has grown are drawn anew.

    Args:
        previous: the ledger so far, LEDGER_COLUMNS; empty for a new one.
        lesions: the accepted images, ACCEPTED_COLUMNS, in any order.

    Returns:
        The ledger (LEDGER_COLUMNS, by image_id) and what is not used (QUARANTINE_COLUMNS, by image_id).

    Raises:
        SplitError: there is no image, no official test part, an empty partition, or a diagnosis without
            any image to train on.
        TableError: an image_id occurs twice.
    """
    previous = _renamed(previous.iloc[:0] if params.method == "folds" else previous, lesions)
    images = _working_table(previous, lesions, params)
    withdrawn = images["partition"] == WITHDRAWN
    unused = dict.fromkeys(images.loc[withdrawn, "image_id"], "withdrawn in an earlier split; a new ledger forgets it")
    unused |= _turned_official(images[~withdrawn])
    unused |= linking_images(images[~images["image_id"].isin(list(unused))])
    used = images[~images["image_id"].isin(list(unused))]
    used = used.assign(group_id=name_groups(used, previous["group_id"].unique().tolist()))
    used = used.assign(partition=_partition_of_group(used))
    leaks = _leaks(used) if params.method == "official" else {}
    used = used[~used["image_id"].isin(leaks)]
    chosen = _chosen(used, params)
    free = used["partition"] == ""
    used = used.assign(partition=used["partition"].where(~free, used["group_id"].map(chosen)))
    _check(used, images)
    quarantine = _quarantine(images, {LINKS_PARTITIONS: unused, LEAKS: leaks})
    return _merged(previous, used, unused), quarantine


def _renamed(previous: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """The ledger under present names; a name that has passed to other bytes gets eight digits of the hash behind it."""
    ledger = _recoded(previous.reset_index(drop=True), lesions)
    present = dict(zip(lesions["sha256"], lesions["image_id"], strict=True))
    name = ledger["sha256"].map(present)
    passed_on = name.isna() & ledger["image_id"].isin(lesions["image_id"].tolist())
    kept = ledger["image_id"].where(~passed_on, ledger["image_id"] + "_" + ledger["sha256"].str[:8])
    return ledger.assign(image_id=name.fillna(kept))


def _recoded(ledger: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """The ledger with the present bytes of images whose pixels it knows in other bytes."""
    fresh = lesions[~lesions["sha256"].isin(ledger["sha256"]) & (lesions["pixels_sha256"] != "")]
    bytes_of = dict(zip(fresh["pixels_sha256"], fresh["sha256"], strict=True))
    gone = ~ledger["sha256"].isin(lesions["sha256"]) & ledger["pixels_sha256"].isin(bytes_of)
    first = gone & ~ledger["pixels_sha256"].where(gone).duplicated()
    return ledger.assign(sha256=ledger["sha256"].where(~first, ledger["pixels_sha256"].map(bytes_of)))


def _working_table(previous: pd.DataFrame, lesions: pd.DataFrame, params: SplitParams) -> pd.DataFrame:
    """The accepted images by image_id, with what the ledger knows: known_group, partition, assigned."""
    if lesions.empty:
        raise SplitError("expected accepted images to split, received none: see data/validate/quarantine.csv")
    if lesions["image_id"].duplicated().any():
        twice = lesions.loc[lesions["image_id"].duplicated(), "image_id"].iloc[0]
        raise TableError(f"expected each accepted image once, received {twice} twice: run the stage validate again")
    images = lesions.sort_values("image_id", ignore_index=True)
    known = previous.set_index("image_id").reindex(images["image_id"]).fillna("").reset_index()
    images = images.assign(known_group=known["group_id"], partition=known["partition"])
    images["assigned"] = images["partition"] != ""
    images["official"] = (images["official_partition"] == "test") & (params.method == "official")
    if params.method == "official" and not images["official"].any():
        raise SplitError(
            "split.method is official: expected images whose source says test, found none;"
            " set split.method to grouped, or give a source with Train and Test folders"
        )
    images["partition"] = images["partition"].where(images["assigned"] | ~images["official"], "test")
    return images


def _turned_official(images: pd.DataFrame) -> dict[str, str]:
    """The images that the ledger has outside test and that their source has come to call test: evidence by image_id."""
    turned = images[images["official"] & images["assigned"] & (images["partition"] != "test")]
    evidence = "meant for " + turned["partition"] + ", but its source calls it test now"
    return dict(zip(turned["image_id"], evidence, strict=True))


def _partition_of_group(used: pd.DataFrame) -> pd.Series:
    """For each image the one partition that its group has, blank if the group is new."""
    return used["partition"].groupby(used["group_id"]).transform("max")


def _chosen(used: pd.DataFrame, params: SplitParams) -> dict[str, str]:
    """The partition of each group that has none."""
    if params.method == "folds":
        return assign_for_fold(used, params)
    return assign_groups(used, fractions_of(params), params.seed)


def _leaks(used: pd.DataFrame) -> dict[str, str]:
    """The images that share a group with the official test part without belonging to it: evidence by image_id."""
    witness = used["image_id"].where(used["official"]).groupby(used["group_id"]).transform("min")
    leaking = (used["partition"] == "test") & ~used["official"] & ~used["assigned"]
    evidence = "its group holds the official test image " + witness[leaking].fillna("that left the data")
    return dict(zip(used.loc[leaking, "image_id"], evidence, strict=True))


def _check(used: pd.DataFrame, images: pd.DataFrame) -> None:
    trained = set(used.loc[used["partition"] == "train", "diagnosis"].unique())
    without = sorted(set(images["diagnosis"].unique()) - trained)
    if without:
        raise SplitError(
            f"expected every diagnosis in the train partition, found none of {', '.join(without)}: all of its groups"
            " are held out; add images, or raise validate.min_images_per_diagnosis so that it is left out of the task"
        )
    empty = [partition for partition in PARTITIONS if partition not in set(used["partition"].unique())]
    if empty:
        raise SplitError(
            f"expected images in every partition, received {used['group_id'].nunique()} groups in all and none for"
            f" {' and '.join(empty)}: a group is never divided, so add images of other lesions"
        )


def _quarantine(images: pd.DataFrame, evidence_by_reason: dict[str, dict[str, str]]) -> pd.DataFrame:
    files = dict(zip(images["image_id"].tolist(), images["file"].tolist(), strict=True))
    rows = [
        (image_id, files[image_id], reason, evidence)
        for reason, found in evidence_by_reason.items()
        for image_id, evidence in found.items()
    ]
    return pd.DataFrame(sorted(rows), columns=list(QUARANTINE_COLUMNS), dtype=str)


def _merged(previous: pd.DataFrame, used: pd.DataFrame, unused: dict[str, str]) -> pd.DataFrame:
    gone = previous[~previous["image_id"].isin(used["image_id"].tolist())].copy()
    gone.loc[gone["image_id"].isin(unused), "partition"] = WITHDRAWN
    columns = list(LEDGER_COLUMNS)
    return pd.concat([gone[columns], used[columns]]).sort_values("image_id", ignore_index=True)
