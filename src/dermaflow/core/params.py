"""params.yaml: one section a stage, each read into a frozen class that refuses what it does not know."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dermaflow.core import paths
from dermaflow.core.errors import ParamsError

SECTIONS = ("ingest", "validate", "split", "augment", "train", "evaluate", "promote")


class Params(BaseModel):
    """The base of every section: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Section = TypeVar("Section", bound=Params)


def load_params(section: str, kind: type[Section], path: Path = paths.PARAMS) -> Section:
    """Read one section of params.yaml.

    Raises:
        ParamsError: the file is missing or is no YAML mapping, or as for `checked`.
    """
    return checked(section, read_sections(path), kind)


def checked(section: str, sections: Mapping[str, Any], kind: type[Section]) -> Section:
    """One section of the content of params.yaml, as its class.

    Raises:
        ParamsError: the section is missing, a key is unknown, a type or range is wrong; the message
            names every such key with what was expected and received.
    """
    if section not in sections:
        raise ParamsError(f"params.yaml: expected a section '{section}', found {', '.join(sections) or 'none'}")
    try:
        return kind.model_validate(sections[section] or {})
    except ValidationError as error:
        faults = "\n".join(f"  {_where(section, fault)}: {_what(fault, kind)}" for fault in error.errors())
        raise ParamsError(f"params.yaml is not usable:\n{faults}") from error


def read_sections(path: Path = paths.PARAMS) -> dict[str, Any]:
    """Read all of params.yaml as plain values.

    Raises:
        ParamsError: the file is missing, is no YAML mapping, or has a section that nothing reads.
    """
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path} is missing: run from the folder that holds dvc.yaml") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path}: expected YAML, received something else:\n{error}") from error
    if not isinstance(content, dict):
        raise ParamsError(f"{path}: expected a mapping of sections, received {type(content).__name__}")
    unknown = [str(section) for section in content if section not in SECTIONS]
    if unknown:
        raise ParamsError(f"{path}: unknown section {', '.join(unknown)}; known are {', '.join(SECTIONS)}")
    return content


def _where(section: str, fault: ErrorDetails) -> str:
    return ".".join([section, *(str(part) for part in fault["loc"])])


def _what(fault: ErrorDetails, kind: type[Params]) -> str:
    if fault["type"] == "extra_forbidden":
        known = f"; known are {', '.join(kind.model_fields)}" if len(fault["loc"]) == 1 else ""
        return f"unknown key{known}"
    if fault["type"] == "missing":
        return "this key is missing"
    return f"{fault['msg']}, received {fault['input']!r}"
