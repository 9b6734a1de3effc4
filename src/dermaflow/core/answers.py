"""The columns in which a model answers, in every table that holds its answers."""

from collections.abc import Sequence

PREDICTED = "predicted"  # the most probable class
SUSPECTED = "melanoma_suspected"  # yes, no, or blank where the model has no threshold
DISTANCE = "distance"  # above 1: unlike the training images


def probability_columns(classes: Sequence[str]) -> list[str]:
    """p_<class> of each class, in their order: calibrated probabilities."""
    return [f"p_{name}" for name in classes]


def answer_columns(classes: Sequence[str]) -> list[str]:
    """All columns of an answer, in their order."""
    return [PREDICTED, *probability_columns(classes), SUSPECTED, DISTANCE]
