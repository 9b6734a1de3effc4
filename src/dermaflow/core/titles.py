"""What a person calls a training and what it was made of: the same in MLflow, on pages and on the terminal."""

from collections.abc import Collection

SOURCES_NAMED = 3
PHANTOM_HEADING = "PHANTOM images: generated, not photographed"


def training_name(architecture: str, image_size_px: int, sources: Collection[str], fingerprint: str = "") -> str:
    """Such as "cnn 96px · isic9 · a1b2c3d4"; more than SOURCES_NAMED sources by their number only.

    Args:
        architecture: of the network.
        image_size_px: its input.
        sources: the names of the collections.
        fingerprint: of the training; blank: a name that the folds of a cross-validation share.
    """
    collections = "+".join(sources) if len(sources) <= SOURCES_NAMED else f"{len(sources)} sources"
    return " · ".join([f"{architecture} {image_size_px}px", collections, *([fingerprint[:8]] if fingerprint else [])])


def kind_of_images(*, phantom: bool) -> str:
    """What the images were, and what follows where they were generated."""
    return "generated images (phantom): it says nothing about skin" if phantom else "photographs"
