"""The scheme: what of the parameters a ledger was made by, what that asks for, and what of it has changed since."""

from typing import Any

from dermaflow.split.params import SplitParams


def scheme_of(params: SplitParams) -> dict[str, Any]:
    """What a ledger is made by, as kept beside it in scheme.json."""
    return params.model_dump(exclude={"test_frac"} if params.method == "official" else set())


def fractions_of(params: SplitParams) -> dict[str, float]:
    """The share that each partition is due of the images in these partitions, sum 1.

    The order is that in which a rare diagnosis fills them. With an official test part, test is not among them.
    """
    if params.method == "official":
        return {"train": 1 - params.validation_frac, "validation": params.validation_frac}
    rest = 1 - params.validation_frac - params.test_frac
    return {"train": rest, "test": params.test_frac, "validation": params.validation_frac}


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The differences between two schemes, each as a phrase such as "split.seed changed from 7 to 8"."""
    keys = [*now, *(key for key in before if key not in now)]
    return [
        f"split.{key} changed from {before.get(key, 'nothing')} to {now.get(key, 'nothing')}"
        for key in keys
        if before.get(key) != now.get(key)
    ]
