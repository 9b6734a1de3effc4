"""dermaflow set: change values in params.yaml, its comments kept, and only to what the stages accept.

    dermaflow set train.epochs=3 "train.filters=[16, 32]"
    dermaflow set        (changes nothing: says whether every stage accepts params.yaml)

An override is an edit of params.yaml, as `dvc exp run -S` makes it: afterwards `dvc repro`, the flow and
a reader of the file see the same value, `git diff` shows it and `git checkout params.yaml` undoes it.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dermaflow.augment.params import AugmentParams
from dermaflow.core import paths
from dermaflow.core.errors import ParamsError
from dermaflow.core.files import replacing
from dermaflow.core.locks import only_one
from dermaflow.core.params import Params, checked, read_sections
from dermaflow.evaluation.params import EvaluateParams, PromoteParams
from dermaflow.model.params import TrainParams
from dermaflow.quality.params import ValidateParams
from dermaflow.sources.params import IngestParams
from dermaflow.split.params import SplitParams

KINDS: Mapping[str, type[Params]] = {
    "ingest": IngestParams,
    "validate": ValidateParams,
    "split": SplitParams,
    "augment": AugmentParams,
    "train": TrainParams,
    "evaluate": EvaluateParams,
    "promote": PromoteParams,
}


def set_params(assignments: Sequence[str]) -> None:
    """Apply assignments such as `train.epochs=3` to params.yaml: all of them, or none where one is wrong.

    Raises:
        ParamsError: an assignment has no `=`, names no known key, or gives a value that the section refuses.
    """

    def assign(content: Any) -> None:  # noqa: ANN401 - YAML holds anything
        for assignment in assignments:
            _assign(content, assignment)

    edit_params(assign, paths.PARAMS, dry=not assignments)
    if assignments:
        print("\n".join(f"params.yaml: {assignment}" for assignment in assignments), flush=True)


def edit_params(change: Callable[[Any], None], path: Path = paths.PARAMS, *, dry: bool = False) -> None:
    """Change the content of params.yaml, its comments kept: whole, or not at all where a stage would refuse it.

    Not while a retraining works in this checkout: DVC reads the parameters of a stage again when it has run, and would
    keep what the old ones made under the new ones.

    Args:
        change: changes the content as ruamel.yaml reads it, in place.
        dry: write nothing, only check.

    Raises:
        ParamsError: the file is missing or malformed, or a section would not be accepted.
    """
    read_sections(path)  # a missing or malformed file is told in the same words everywhere
    _edited(change, path)  # a mistake shows before anybody waits
    if dry:
        return
    with only_one(paths.RETRAINING, "a retraining of this checkout"):
        yaml, content = _edited(change, path)
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
            yaml.dump(content, file)


def _edited(change: Callable[[Any], None], path: Path) -> tuple[YAML, Any]:
    """The content after the change, which every stage accepts, and what writes it as it was written."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    content = yaml.load(path.read_text(encoding="utf-8"))
    change(content)
    for section, kind in KINDS.items():
        checked(section, content, kind)
    return yaml, content


def _assign(content: Any, assignment: str) -> None:  # noqa: ANN401 - YAML holds anything
    name, equals, value = assignment.partition("=")
    *parents, key = name.strip().split(".")
    place = content
    for parent in parents:
        place = place.get(parent) if isinstance(place, dict) else None
    if not equals or not isinstance(place, dict) or key not in place:
        raise ParamsError(f"'{assignment}': expected <section>.<key>=<value> with a key of params.yaml")
    place[key] = _value(value, isinstance(place[key], dict))


def _value(text: str, mapping: bool) -> object:  # noqa: FBT001 - whether the key holds one
    """What YAML reads in `text`, if that is a number, a truth value, a list or quoted text; else the text itself."""
    try:
        value = YAML(typ="safe").load(io.StringIO(text))
    except YAMLError:
        return text
    quoted = isinstance(value, str) and text.strip().startswith(("'", '"'))
    kept = (bool, int, float, list, *([dict] if mapping else []))
    return value if quoted or isinstance(value, kept) else text
