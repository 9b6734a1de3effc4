"""On which test images two models can be compared fairly, and over which classes. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dermaflow.core.groups import shown_before
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.evaluation.comparison import Answers
from dermaflow.evaluation.metrics import Floats


def unseen(
    image_ids: Sequence[str], ledger: pd.DataFrame, accepted: pd.DataFrame, seen: pd.DataFrame
) -> npt.NDArray[np.bool_]:
    """Which images a model has seen neither themselves nor in another image of their group, lesion or patient.

    That of models whose weights it began with counts: such an image need never have been in this ledger. A name alone
    says nothing where the bytes are known: other bytes under it are another image.

    Args:
        image_ids: (n,) the test images.
        ledger: image_id, group_id, sha256; also of images that have left the data.
        accepted: ACCEPTED_COLUMNS.
        seen: SEEN_COLUMNS of what the model was trained or chosen on; an older version's hold image_id, sha256 only.

    Returns:
        Shape (n,), True where the model has seen nothing of it.
    """
    by_name = seen.loc[seen["sha256"] == "", "image_id"]  # whose bytes are not on record
    same_bytes = ledger["sha256"].isin(seen["sha256"]) & (ledger["sha256"] != "")
    known = {*by_name, *ledger.loc[same_bytes, "image_id"], *accepted.loc[shown_before(accepted, seen), "image_id"]}
    groups = dict(zip(ledger["image_id"], ledger["group_id"], strict=True))
    seen_groups = {group for image_id, group in groups.items() if image_id in known}
    return np.array([name not in known and groups.get(name) not in seen_groups for name in image_ids], dtype=bool)


def answers_over(
    probabilities: Floats, classes: Sequence[str], common: Sequence[str], threshold: float | None = None
) -> Answers:
    """What a model of `classes` says where only the classes in `common` are compared; threshold is on p_melanoma.

    The probability of melanoma stays the one that the model states, over all of its classes: that is what its operating
    point was set on, and what a person who uses it sees.
    """
    p_melanoma = np.asarray(probabilities)[:, list(classes).index(MELANOMA)] if MELANOMA in classes else None
    return Answers(over_common(probabilities, classes, common), p_melanoma, threshold)


def over_common(probabilities: Floats, classes: Sequence[str], common: Sequence[str]) -> Floats:
    """Probabilities, shape (n, classes), given that the class is one of `common`; shape (n, len(common)).

    A row that gives all of them 0 says nothing about them: each then gets the same.
    """
    chosen = np.asarray(probabilities)[:, [list(classes).index(name) for name in common]]
    total = chosen.sum(axis=1, keepdims=True)
    equal = np.full_like(chosen, 1 / len(common))
    shares: Floats = np.divide(chosen, total, out=equal, where=total > 0)
    return shares
