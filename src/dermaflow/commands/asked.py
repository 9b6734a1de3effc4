"""What models say of test images and all that is on record of them: the champion, and a version as it is served."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dermaflow.core import paths
from dermaflow.core.clinical import ATTRIBUTES
from dermaflow.core.errors import ImageError, PromotionError
from dermaflow.core.lesions import ACCEPTED_COLUMNS, clinical_of, read_table
from dermaflow.evaluation.metrics import Floats
from dermaflow.model.bundle import load_bundle
from dermaflow.tracking.backend import MlflowClient
from dermaflow.tracking.registry import Version
from dermaflow.tracking.serving import served_probabilities

SERVED_IMAGES = 8


def champion_probabilities(folder: Path, image_ids: Sequence[str]) -> Floats:
    """What the model in `folder` says of images, shape (n, its classes).

    Raises:
        PromotionError: one of them cannot be read.
    """
    print(f"asking the champion about {len(image_ids):,} test images", flush=True)
    files = [paths.ingested_image(image_id) for image_id in image_ids]
    try:
        return load_bundle(folder).predict_all(files, clinical_of(_known(image_ids))).probabilities
    except ImageError as error:
        raise PromotionError(f"the champion cannot be asked: {error}") from error


def furthest_from_served(
    client: MlflowClient, version: Version, image_ids: Sequence[str], classes: Sequence[str], probabilities: Floats
) -> float:
    """The largest difference between probabilities, (n, classes), and what a version says, on a few of the images.

    Raises:
        PromotionError: it does not serve, or an image is missing.
    """
    print(f"loading {version.uri} back and asking it about {SERVED_IMAGES} test images", flush=True)
    chosen = np.unique(np.linspace(0, len(image_ids) - 1, min(SERVED_IMAGES, len(image_ids))).astype(int))
    names = [image_ids[index] for index in chosen]
    try:
        images = [paths.ingested_image(name).read_bytes() for name in names]
    except FileNotFoundError as error:
        raise PromotionError(f"the test image {error.filename} is missing: `dvc repro` or `dvc checkout`") from error
    known = _known(names)
    stated = {attribute: list(known[attribute]) for attribute in ATTRIBUTES}
    served = served_probabilities(client, version, images, classes, stated)
    return float(np.abs(served - probabilities[chosen]).max())


def _known(image_ids: Sequence[str]) -> pd.DataFrame:
    """What is on record of images, in their order: ACCEPTED_COLUMNS without image_id, which is the index."""
    return read_table(paths.ACCEPTED, ACCEPTED_COLUMNS).set_index("image_id").loc[list(image_ids)]
