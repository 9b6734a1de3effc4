"""Give groups their partition for one fold of a cross-validation.

Folds know no ledger: all groups are drawn at once, so that in as many runs as there are folds each group is tested
exactly once. What has been a test image in one fold is learnt from in the others, which is what cross-validation is.
"""

import pandas as pd

from dermaflow.core.seeds import derived_seed
from dermaflow.split.params import SplitParams
from dermaflow.split.strata import assign_groups


def assign_for_fold(images: pd.DataFrame, params: SplitParams) -> dict[str, str]:
    """Choose a partition for each group: its fold is test, a share of the others validation, the rest train.

    Which fold a group belongs to depends on all groups, `folds` and the seed, and not on `fold`.

    Args:
        images: one row an image, with group_id, diagnosis and partition (blank: none has one yet).

    Returns:
        group_id → partition, for all groups.
    """
    equal = {str(fold): 1 / params.folds for fold in range(params.folds)}
    fold_of = assign_groups(images, equal, params.seed)
    tested = {name for name, fold in fold_of.items() if fold == str(params.fold)}
    others = images[~images["group_id"].isin(tested)]
    shares = {"train": 1 - params.validation_frac, "validation": params.validation_frac}
    return dict.fromkeys(tested, "test") | assign_groups(others, shares, derived_seed(params.seed, params.fold))
