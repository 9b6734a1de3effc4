"""The scheme: the parameters that decide a ledger, the share that each partition should get, how two schemes differ."""

from typing import Any

from dermaflow.split.params import SplitParams

_NOT_USED = {"grouped": {"folds", "fold"}, "official": {"test_frac", "folds", "fold"}, "folds": {"test_frac"}}


def scheme_of(params: SplitParams) -> dict[str, Any]:
    """What a ledger is made by, as kept beside it in scheme.json."""
    return params.model_dump(exclude=_NOT_USED[params.method])


def fractions_of(params: SplitParams) -> dict[str, float]:
    """The share that each partition is due of the images in these partitions, sum 1.

    The order is that in which a rare diagnosis fills them. With an official test part, test is not among them.
    """
    if params.method == "official":
        return {"train": 1 - params.validation_frac, "validation": params.validation_frac}
    if params.method == "folds":
        test_frac = 1 / params.folds
        validation_frac = params.validation_frac * (1 - test_frac)
    else:
        test_frac, validation_frac = params.test_frac, params.validation_frac
    return {"train": 1 - validation_frac - test_frac, "test": test_frac, "validation": validation_frac}


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The differences between two schemes, each as a phrase such as "split.seed changed from 7 to 8"."""
    keys = [*now, *(key for key in before if key not in now)]
    return [
        f"split.{key} changed from {before.get(key, 'nothing')} to {now.get(key, 'nothing')}"
        for key in keys
        if before.get(key) != now.get(key)
    ]
