"""What a person calls a training: the same in MLflow, on the model card and on the terminal."""

from collections.abc import Collection

SOURCES_NAMED = 3


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
