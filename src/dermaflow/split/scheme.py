"""The scheme: what of the parameters a ledger was made by, and what of it has changed since."""

from typing import Any

from dermaflow.split.params import SplitParams


def scheme_of(params: SplitParams) -> dict[str, Any]:
    """What a ledger is made by, as kept beside it in scheme.json."""
    return params.model_dump(exclude={"test_frac"} if params.method == "official" else set())


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The differences between two schemes, each as a phrase such as "split.seed changed from 7 to 8"."""
    keys = [*now, *(key for key in before if key not in now)]
    return [
        f"split.{key} changed from {before.get(key, 'nothing')} to {now.get(key, 'nothing')}"
        for key in keys
        if before.get(key) != now.get(key)
    ]
