"""The plan: which training images are used and which copies are made of them, before a single one is opened."""

import pandas as pd

from dermaflow.augment.params import AugmentParams
from dermaflow.core import paths
from dermaflow.core.errors import TrainingError
from dermaflow.core.lesions import PLAN_COLUMNS
from dermaflow.core.seeds import derived_seed
from dermaflow.core.taxonomy import in_order


def make_plan(lesions: pd.DataFrame, ledger: pd.DataFrame, params: AugmentParams) -> pd.DataFrame:
    """Bring each diagnosis of the train partition to a number of images, or give every image as many copies.

    With `params.images_per_class`, a diagnosis with fewer gets copies, spread evenly over its images; one with
    more is thinned. Which images are left out, and which get one copy more than others, is drawn from the seed and
    the image's own name: more data change the plan little. With `params.copies_per_image`, every image is used and
    has that many copies; more data change nothing for the others. With neither, the plan holds no copy.

    Args:
        lesions: the accepted images, with image_id and diagnosis.
        ledger: LEDGER_COLUMNS; images of other partitions than train, or absent here, are not used.

    Returns:
        PLAN_COLUMNS, a row an image or copy (`copy` an int, 0 for the image itself), by diagnosis, image_id, copy.

    Raises:
        TrainingError: no accepted image is in the train partition.
    """
    training = lesions[lesions["image_id"].isin(ledger.loc[ledger["partition"] == "train", "image_id"])]
    if training.empty:
        raise TrainingError(
            f"expected images in the train partition, found none among {len(lesions):,} accepted images:"
            " run the stage split again"
        )
    parts = [
        _plan_of_class(diagnosis, training.loc[training["diagnosis"] == diagnosis, "image_id"], params)
        for diagnosis in in_order(training["diagnosis"])
    ]
    return pd.concat(parts, ignore_index=True)


def _plan_of_class(diagnosis: str, image_ids: pd.Series, params: AugmentParams) -> pd.DataFrame:
    if params.images_per_class:
        copies = _brought_to(params.images_per_class, image_ids, params.seed)
    else:
        copies = dict.fromkeys(image_ids, params.copies_per_image)
    rows = [
        (image_id, diagnosis, copy, copy_file(image_id, copy))
        for image_id in sorted(copies)
        for copy in range(copies[image_id] + 1)
    ]
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def _brought_to(wanted: int, image_ids: pd.Series, seed: int) -> dict[str, int]:
    """Which images of a class are used, and how many copies each of them has: `wanted` in all."""
    drawn = sorted(image_ids, key=lambda image_id: (derived_seed(seed, "plan", image_id), image_id))
    chosen = drawn[:wanted]
    each, more = divmod(wanted - len(chosen), len(chosen))
    return {image_id: each + (place < more) for place, image_id in enumerate(chosen)}


def copy_file(image_id: str, copy: int) -> str:
    """Where a copy lies, or for copy 0 the image itself; from the project's root, with forward slashes."""
    file = paths.AUGMENTED_IMAGES / f"{image_id}_copy{copy:03d}.jpg" if copy else paths.ingested_image(image_id)
    return file.as_posix()
