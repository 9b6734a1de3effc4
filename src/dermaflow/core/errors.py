"""Every error that dermaflow raises on purpose, and how it reaches a person.

    DermaflowError
    ├── ParamsError      params.yaml: unknown key, wrong type, value out of range
    ├── SourceError      where images come from: missing, empty, unknown diagnosis
    ├── TableError       a CSV or JSON between stages: missing, columns wrong, value malformed
    ├── ClusterError     the Dask cluster that was asked for does not answer
    ├── ImageError       one image: unreadable, truncated, of an unusable kind
    ├── VerdictError     validation says that the data must not be used
    ├── SplitError       no split exists that keeps groups whole
    ├── TrainingError    nothing to train on, or a training that went wrong
    ├── StoreError       MLflow: unreachable, too old, no such model
    └── PromotionError   the candidate cannot be judged (a refusal is no error)

A message says what was expected, what was received and what to do about it.
"""

import sys
from collections.abc import Callable


class DermaflowError(Exception):
    """The root: its message is written for the person at the terminal."""


class ParamsError(DermaflowError):
    """params.yaml holds an unknown key, a wrong type or a value out of range."""


class SourceError(DermaflowError):
    """A source of images is missing, empty or labels something unknown."""


class TableError(DermaflowError):
    """A table or JSON file between stages is missing or malformed."""


class ClusterError(DermaflowError):
    """The Dask cluster that was asked for is not there."""


class ImageError(DermaflowError):
    """One image cannot be read or is of a kind that cannot be used."""


class VerdictError(DermaflowError):
    """Validation says that the data must not be used."""


class SplitError(DermaflowError):
    """No split exists that keeps groups whole and gives every part its diagnoses."""


class TrainingError(DermaflowError):
    """There is nothing to train on, or training went wrong."""


class StoreError(DermaflowError):
    """The MLflow store is unreachable or too old, or lacks what was asked for."""


class PromotionError(DermaflowError):
    """The candidate cannot be judged at all; a judgement against it is no error."""


def run(main: Callable[[], None]) -> None:
    """Run the main function of a stage; turn what it raises on purpose into one line and exit code 1.

    OSError (disk full, read-only, no permission) is reported the same way; anything else is a bug
    and keeps its traceback.
    """
    try:
        main()
    except (DermaflowError, OSError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        raise SystemExit(1) from error
