"""Which images a model is trained on and which it is chosen on: a table out of plan, ledger and lesions. No Keras."""

from collections.abc import Collection

import pandas as pd

from dermaflow.core.clinical import ATTRIBUTES
from dermaflow.core.errors import TrainingError
from dermaflow.core.lesions import SEEN_COLUMNS
from dermaflow.core.paths import ingested_image
from dermaflow.core.taxonomy import in_order

EXAMPLE_COLUMNS = ("image_id", "copy", "diagnosis", "partition", "file", "group_id", *ATTRIBUTES)


def examples_of(
    plan: pd.DataFrame, ledger: pd.DataFrame, accepted: pd.DataFrame, clinical: Collection[str] = ()
) -> pd.DataFrame:
    """The planned training images, copies among them, then the validation images, in a fixed order.

    Args:
        plan: PLAN_COLUMNS; ledger: LEDGER_COLUMNS; accepted: ACCEPTED_COLUMNS (see core.lesions).
        clinical: which of `core.clinical.ATTRIBUTES` are used; the others are blank.

    Returns:
        EXAMPLE_COLUMNS; partition is train or validation, file counts from the project's root, group_id is that of the
        validation images, blank for training images, for which groups decide nothing.

    Raises:
        TrainingError: nothing planned, an accepted diagnosis without a training image, no validation
            image, or a planned image that the ledger does not assign to train.
    """
    unused = dict.fromkeys([name for name in ATTRIBUTES if name not in clinical], "")
    known = accepted.assign(**unused)[["image_id", *ATTRIBUTES]]
    train = plan.assign(partition="train").merge(known, on="image_id", how="left", validate="many_to_one")
    chosen = ledger.loc[ledger["partition"] == "validation", ["image_id", "group_id"]].merge(
        accepted.assign(**unused), on="image_id"
    )
    files = [str(ingested_image(image_id)) for image_id in chosen["image_id"]]
    validation = chosen.assign(partition="validation", copy="0", file=files)
    _check(train, validation, ledger, accepted)
    parts = [part.sort_values(["image_id", "copy"]) for part in (train, validation)]
    return pd.concat(parts, ignore_index=True).reindex(columns=list(EXAMPLE_COLUMNS)).fillna("")


def _check(train: pd.DataFrame, validation: pd.DataFrame, ledger: pd.DataFrame, accepted: pd.DataFrame) -> None:
    if train.empty:
        raise TrainingError("expected training images, the plan holds none: look at data/split/ledger.csv")
    if validation.empty:
        raise TrainingError("expected validation images, the ledger holds none: raise split.validation_frac")
    classes = in_order(accepted["diagnosis"])
    if len(classes) < 2:  # noqa: PLR2004 - to tell apart takes two
        raise TrainingError(f"expected two diagnoses or more, received {', '.join(classes)}: add another class")
    lacking = [name for name in classes if name not in set(train["diagnosis"])]
    if lacking:
        raise TrainingError(
            f"expected training images of every diagnosis, received none of {', '.join(lacking)}: "
            "add images, or raise validate.min_images_per_diagnosis so that it is dropped"
        )
    assigned = set(ledger.loc[ledger["partition"] == "train", "image_id"])
    strays = sorted(set(train["image_id"]) - assigned)
    if strays:
        raise TrainingError(
            f"expected planned images of the partition train only, received {len(strays)} others "
            f"({', '.join(strays[:3])}, …): `dvc repro` makes plan and ledger agree"
        )


def seen_images(examples: pd.DataFrame, accepted: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Every image behind the examples once, with the sha256 of its file as ingested: SEEN_COLUMNS.

    Args:
        before: SEEN_COLUMNS of the model whose weights the training begins with: they follow.
    """
    originals = examples.drop_duplicates("image_id")[["image_id", "partition"]]
    known = accepted[[name for name in SEEN_COLUMNS if name != "partition"]]
    own = originals.merge(known, on="image_id", how="left", validate="one_to_one")
    return pd.concat([own, before], ignore_index=True).drop_duplicates()[list(SEEN_COLUMNS)]


def counts(diagnoses: pd.Series, classes: tuple[str, ...]) -> dict[str, int]:
    """How many rows each class has, in the order of classes."""
    return {name: int((diagnoses == name).sum()) for name in classes}
