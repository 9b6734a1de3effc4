"""A file of a source before it is opened: where it lies and in which state."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One file below a folder or in an archive."""

    path: str  # below the root, with slashes
    state: str  # differs whenever the bytes may differ
