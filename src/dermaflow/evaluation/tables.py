"""The tables around a test: which images it uses, what was predicted, and what DVC draws its plots from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dermaflow.core.answers import DISTANCE, probability_columns
from dermaflow.core.errors import SplitError, TableError
from dermaflow.core.lesions import is_phantom
from dermaflow.evaluation.metrics import Floats, Indices, roc_points
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.subgroups import attributes_of

ROC_COLUMNS = ("diagnosis", "fpr", "tpr")


def images_of_test(lesions: pd.DataFrame, ledger: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """The accepted images of the test partition: columns image_id, diagnosis, group_id; sorted by image_id.

    Raises:
        SplitError: the partition is empty.
        TableError: it holds a diagnosis that the model does not know.
    """
    ours = ledger.loc[ledger["partition"] == "test", ["image_id", "group_id"]]
    images = lesions[["image_id", "diagnosis"]].merge(ours, on="image_id", validate="one_to_one")
    if images.empty:
        raise SplitError(
            f"the test partition is empty: none of {len(lesions):,} accepted images is in it; "
            "raise split.test_frac in params.yaml or add images"
        )
    unknown = sorted(set(images["diagnosis"]) - set(classes))
    if unknown:
        raise TableError(
            f"the test images show {', '.join(unknown)}; the model knows only {', '.join(classes)}: "
            "`dvc repro` trains it on the present data"
        )
    return images.sort_values("image_id", ignore_index=True)


def outcome_of(
    classes: Sequence[str], threshold: float | None, images: pd.DataFrame, lesions: pd.DataFrame, probabilities: Floats
) -> Outcome:
    """What a model says of the test images, beside what is true and known of them.

    Args:
        classes: of the model, in the order of its outputs.
        threshold: of melanoma, see Outcome.
        images: as made by `images_of_test`.
        lesions: ACCEPTED_COLUMNS, of these images and any others.
        probabilities: (n, classes), in the order of the images.
    """
    return Outcome(
        classes=tuple(classes),
        truth=np.array([classes.index(name) for name in images["diagnosis"]], dtype=np.int64),
        probabilities=probabilities,
        groups=list(images["group_id"]),
        threshold=threshold,
        attributes=attributes_of(lesions.set_index("image_id").loc[images["image_id"]]),
    )


def check_kind(lesions: pd.DataFrame, images: pd.DataFrame, *, phantom: bool) -> None:
    """Refuse to test a model of photographs on generated images.

    Args:
        lesions: ACCEPTED_COLUMNS; images: the tested ones among them.
        phantom: what the model's card says.

    Raises:
        TableError: a test image is generated, and the card does not say that the model is a phantom.
    """
    if not phantom and is_phantom(lesions[lesions["image_id"].isin(images["image_id"])]):
        raise TableError(
            "the test images hold generated ones (PHANTOM), the card says that the model knows photographs only: "
            "files of two runs were mixed; `dvc repro` brings them together"
        )


def prediction_columns(classes: Sequence[str]) -> tuple[str, ...]:
    """The columns of predictions.csv."""
    return ("image_id", "diagnosis", *probability_columns(classes), DISTANCE)


def predictions_table(
    images: pd.DataFrame, probabilities: Floats, distance: Floats, classes: Sequence[str]
) -> pd.DataFrame:
    """A row an image: what it is, how probable the model holds each class, how unlike the training images it is.

    Shapes: probabilities (n, classes), distance (n,), above 1 where the model holds the image for unfamiliar.
    """
    scores = pd.DataFrame(probabilities, columns=probability_columns(classes), index=images.index)
    return pd.concat([images[["image_id", "diagnosis"]], scores], axis=1).assign(**{DISTANCE: distance})


def confusion_table(truth: Indices, probabilities: Floats, classes: Sequence[str]) -> pd.DataFrame:
    """A row an image: columns actual and predicted, by name."""
    names = np.array(classes, dtype=object)
    return pd.DataFrame({"actual": names[truth], "predicted": names[probabilities.argmax(axis=1)]})


def roc_table(truth: Indices, probabilities: Floats, classes: Sequence[str]) -> pd.DataFrame:
    """The corners of every ROC curve that is defined, each class against the rest: ROC_COLUMNS."""
    parts = [pd.DataFrame({"diagnosis": [], "fpr": [], "tpr": []})]
    for index, name in enumerate(classes):
        false_rate, true_rate = roc_points(truth == index, probabilities[:, index])
        parts.append(pd.DataFrame({"diagnosis": name, "fpr": false_rate, "tpr": true_rate}))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
