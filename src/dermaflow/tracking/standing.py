"""Whether a model is in force already and all is on record: then a promotion has nothing to do, and needs no MLflow."""

from typing import NamedTuple

from dermaflow.core import paths
from dermaflow.core.files import read_json
from dermaflow.tracking.names import (
    CHAMPION,
    DECISION_FILE_TAG,
    FINGERPRINT_TAG,
    IN_FORCE_SINCE_TAG,
    MODEL_DIGEST_TAG,
)
from dermaflow.tracking.told import told_of


class Standing(NamedTuple):
    """What is in force."""

    number: str  # of the version
    since: str  # UTC


def standing(name: str, fingerprint: str, model_digest: str) -> Standing | None:
    """The champion under a name, if it is this model, by fingerprint and files, and its last decision lies here.

    None: it is another, or no record here says that it may be in force, or the store does not answer plainly; MLflow
    tells which.
    """
    champion = told_of(name, CHAMPION, by_alias=True)
    if champion is None or champion.tags.get(FINGERPRINT_TAG) != fingerprint:
        return None
    if champion.tags.get(MODEL_DIGEST_TAG) != model_digest:
        return None
    record = champion.tags.get(DECISION_FILE_TAG)
    if not record or not (paths.DECISIONS / record).is_file() or not read_json(paths.DECISIONS / record)["promote"]:
        return None
    return Standing(champion.number, champion.tags.get(IN_FORCE_SINCE_TAG, ""))
