"""What a model's figures are to be held against: how well the diagnosis can be told without looking at the lesion."""

from collections.abc import Mapping, Sequence
from typing import Any

from dermaflow.core.measures import COMPARED


def strongest(shortcuts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each of COMPARED the shortcut with the largest value: value, low, high, and its name under `by`.

    Args:
        shortcuts: as in reports/validate/shortcuts.json: name, and for each of COMPARED {value, low, high} or null.

    Returns:
        Only what some shortcut has a value for.
    """
    found = {}
    for key in COMPARED:
        known = [(each[key], each["name"]) for each in shortcuts if each.get(key) and each[key]["value"] is not None]
        if known:
            figure, name = max(known, key=lambda pair: pair[0]["value"])
            found[key] = {**figure, "by": name}
    return found
