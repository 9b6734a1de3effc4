"""What a search may try, as it is written on the command line.

    train.learning_rate=log:0.0001..0.01      a range, by its logarithm
    train.dropout=0.2..0.5                    a range
    train.dense_units=64..256                 a range of whole numbers
    "train.filters=[[16, 32], [16, 32, 64]]"  a list of choices

Only what comes after the split can be searched: every trial must be judged on the same validation images.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dermaflow.core.errors import ParamsError

SEARCHED = ("augment", "train")
SIGNIFICANT = 3
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"(?P<log>log:)?(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER})")
_WHOLE = re.compile(r"[-+]?\d+")


def space_of(texts: Sequence[str], sections: Mapping[str, Mapping[str, Any]]) -> dict[str, BaseDistribution]:
    """What to draw each parameter from, by `section.key`.

    Args:
        sections: of params.yaml; the keys must be there.

    Raises:
        ParamsError: a text is malformed, or names what is not there or cannot be searched.
    """
    if not texts:
        raise ParamsError(
            'expected what to search, such as train.learning_rate=log:0.0001..0.01 "train.dropout=[0, 0.3]"'
        )
    space = {}
    for text in texts:
        name, _, values = text.partition("=")
        section, _, key = name.partition(".")
        if section not in SEARCHED or key not in sections.get(section, {}):
            raise ParamsError(
                f"'{text}': expected <section>.<key>=<values>, a key that params.yaml has in {' or '.join(SEARCHED)}"
            )
        space[name] = _distribution(text, values.strip(), fractional=isinstance(sections[section][key], float))
    return space


def drawn(name: str, value: object, space: Mapping[str, BaseDistribution]) -> Any:  # noqa: ANN401 - what params.yaml holds
    """The value for params.yaml of what was drawn: choices are drawn as JSON, fractions get SIGNIFICANT digits."""
    if isinstance(space[name], CategoricalDistribution):
        return json.loads(str(value))
    asked = space[name]
    if isinstance(asked, FloatDistribution):
        return min(max(float(f"{value:.{SIGNIFICANT}g}"), asked.low), asked.high)
    return value


def _distribution(text: str, values: str, *, fractional: bool) -> BaseDistribution:
    """What a text asks for; fractional: the parameter is no whole number, however its range is written."""
    found = _RANGE.fullmatch(values)
    if found is None:
        return CategoricalDistribution([json.dumps(choice) for choice in _choices(text, values)])
    low, high, log = found["low"], found["high"], bool(found["log"])
    try:
        if not fractional and _WHOLE.fullmatch(low) and _WHOLE.fullmatch(high):
            return IntDistribution(int(low), int(high), log=log)
        return FloatDistribution(float(low), float(high), log=log)
    except ValueError as error:
        raise ParamsError(f"'{text}': expected a range from low to high, above 0 with log: {error}") from error


def _choices(text: str, values: str) -> list[Any]:
    try:
        choices = YAML(typ="safe").load(io.StringIO(values))
    except YAMLError:
        choices = None
    if not isinstance(choices, list) or not choices:
        raise ParamsError(f"'{text}': expected a range such as 0.1..0.5 or log:0.001..0.1, or a list such as [8, 16]")
    return choices
