"""The diagnoses that dermaflow knows, under the names that the ISIC Archive gives them.

The order here is the order of classes everywhere: tables, model outputs, figures.
"""

import difflib
from collections.abc import Iterable

from dermaflow.core.errors import SourceError

DIAGNOSES = (
    "actinic keratosis",
    "basal cell carcinoma",
    "dermatofibroma",
    "melanoma",
    "nevus",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "squamous cell carcinoma",
    "vascular lesion",
)
MELANOMA = "melanoma"


def diagnosis_of(label: str) -> str:
    """The diagnosis that a label names; case, underscores and surplus blanks do not matter.

    Raises:
        SourceError: no diagnosis has this name; the message lists the nearest ones.
    """
    name = " ".join(label.replace("_", " ").lower().split())
    if name in DIAGNOSES:
        return name
    nearest = difflib.get_close_matches(name, DIAGNOSES, n=3, cutoff=0.3) or list(DIAGNOSES)
    raise SourceError(f"'{label}' is no known diagnosis; the nearest known: {', '.join(nearest)}")


def in_order(diagnoses: Iterable[str]) -> tuple[str, ...]:
    """The distinct diagnoses among those given, in the order of DIAGNOSES.

    Raises:
        SourceError: one of them is no known diagnosis.
    """
    found = {diagnosis_of(diagnosis) for diagnosis in diagnoses}
    return tuple(diagnosis for diagnosis in DIAGNOSES if diagnosis in found)
