"""What every adapter gives: a cheap list of the images that its source offers, and a way to their bytes.

An adapter for a further kind of source is one function that returns a `Catalogue`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dermaflow.core.lesions import Labeller

MARKER = b"dermaflow phantom"
"""The JPEG comment that every generated image carries, wherever it is copied to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One image as its source files it; text, blank where unknown."""

    name: str  # the image_id that it asks for: safe as a file name; another content may ask for the same
    file: str  # path below the root of the source; no two offers of one catalogue share it
    diagnosis: str  # one of taxonomy.DIAGNOSES; blank: the label names none of them
    label: str  # as the source states it
    labelled_by: Labeller
    source: str  # slug of the collection
    state: str  # differs whenever the bytes may differ; as long as it stays, they are not fetched again
    reference: str  # whatever the adapter needs to fetch the bytes
    isic_id: str = ""  # as ISIC_ and seven digits, where the name states it
    official_partition: str = ""  # train, test, or blank
    lesion_id: str = ""
    patient_id: str = ""
    age: str = ""  # years
    sex: str = ""  # female, male, or blank
    site: str = ""
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that a source offers at this moment."""

    offers: tuple[Offer, ...]
    fetch: Callable[[Offer], bytes]  # reads, draws or downloads; works in another process
    notes: tuple[str, ...] = ()  # for the reader of the log
    downloads: int = 0  # how many fetches may wait for a network at once, in threads; 0: they work, in processes
    batch: int = 5_000  # offers between two savings of what has been read


def is_generated(data: bytes) -> bool:
    """Whether the bytes of an image file say that dermaflow generated it."""
    return MARKER in data
