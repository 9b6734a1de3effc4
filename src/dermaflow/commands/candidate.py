"""The candidate: what the present model says of its test images, and whether they are still the test images."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dermaflow.core import paths
from dermaflow.core.answers import probability_columns
from dermaflow.core.errors import PromotionError
from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, read_table
from dermaflow.evaluation.comparable import answers_over
from dermaflow.evaluation.comparison import Cases, Examined
from dermaflow.evaluation.metrics import Floats
from dermaflow.evaluation.tables import images_of_test
from dermaflow.tracking.evaluated import Evaluated


@dataclass(frozen=True)
class Candidate:
    """The model that asks to come into force, and what it says of its test images."""

    evaluated: Evaluated
    classes: tuple[str, ...]
    image_ids: tuple[str, ...]  # (n,)
    diagnoses: tuple[str, ...]  # (n,)
    groups: tuple[str, ...]  # (n,)
    probabilities: Floats  # (n, classes)
    digests: Mapping[str, str]  # sha256 of the files that say what it said, and which groups its images are in

    @property
    def examined(self) -> Examined:
        """All that it says, over all of its classes."""
        everything = np.ones(len(self.image_ids), dtype=bool)
        return Examined(
            self.cases(everything, self.classes), answers_over(self.probabilities, self.classes, self.classes)
        )

    def cases(self, kept: npt.NDArray[np.bool_], classes: tuple[str, ...]) -> Cases:
        """Those test images that are kept, shape (n,), which show none but these classes."""
        chosen = np.flatnonzero(kept)
        truth = np.array([classes.index(self.diagnoses[place]) for place in chosen], dtype=np.int64)
        return Cases(classes, truth, [self.groups[place] for place in chosen])


def read_candidate(evaluated: Evaluated) -> Candidate:
    """What the present model says of its test images, from predictions.csv.

    Raises:
        PromotionError: these are no longer the test images, or not their diagnoses.
        SplitError: there is no test image.
        TableError: a file is missing or malformed, or a test image shows what the model does not know.
    """
    classes = tuple(evaluated.card["classes"])
    columns = probability_columns(classes)
    said = read_table(paths.PREDICTIONS, ["image_id", "diagnosis", *columns])
    lesions, ledger = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS), read_table(paths.LEDGER, LEDGER_COLUMNS)
    images = images_of_test(lesions, ledger, classes)
    if images[["image_id", "diagnosis"]].to_numpy().tolist() != said[["image_id", "diagnosis"]].to_numpy().tolist():
        raise PromotionError(
            f"{paths.PREDICTIONS} is not of the test images that {paths.LEDGER} and {paths.ACCEPTED} name: "
            "`dvc repro evaluate` brings them together"
        )
    return Candidate(
        evaluated=evaluated,
        classes=classes,
        image_ids=tuple(images["image_id"]),
        diagnoses=tuple(images["diagnosis"]),
        groups=tuple(images["group_id"]),
        probabilities=said[columns].to_numpy(dtype=np.float64),
        digests={
            "predictions_sha256": sha256_hex(paths.PREDICTIONS.read_bytes()),
            "ledger_sha256": sha256_hex(paths.LEDGER.read_bytes()),
        },
    )
