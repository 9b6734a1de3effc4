"""The pictures of a model card and what stands below them."""

from collections.abc import Iterator

from dermaflow.model_card.content import Picture, listed
from dermaflow.model_card.record import Record

GALLERY = "gallery.png"
CAPTIONS = {
    "confusion.png": "Confusion matrix of the test images.",
    "roc.png": "ROC curves, each diagnosis against the rest.",
    "precision_recall.png": "Precision and recall, each diagnosis against the rest; they depend on how common it is.",
    "reliability.png": "Reliability: how often the named diagnosis is right, by how sure the model is.",
    "subgroups.png": "The main figures by subgroup, with 95 % intervals; small subgroups in grey.",
    "training.png": "Loss and accuracy by epoch.",
    GALLERY: "The most confident wrong diagnoses, one image a lesion, missed melanomas first.",
}


def pictures(record: Record, name: str) -> Iterator[Picture]:
    """The picture of this file name, if it was drawn."""
    if name in record.pictures:
        yield Picture(name, _caption(record, name), record.pictures[name], full_page=name == GALLERY)


def other_pictures(record: Record) -> Iterator[Picture]:
    """Pictures that no item asks for: none that was drawn is left out."""
    for name in sorted(set(record.pictures) - set(CAPTIONS)):
        yield from pictures(record, name)


def _caption(record: Record, name: str) -> str:
    caption = CAPTIONS.get(name, name.removesuffix(".png").replace("_", " ").capitalize() + ".")
    absent = record.metrics["classes_without_test_images"]
    return f"{caption} Without test images: {listed(absent)}." if absent and name == "confusion.png" else caption
