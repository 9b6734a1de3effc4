import pytest

from dermaflow.core import paths
from dermaflow.tracking.decisions import record
from dermaflow.tracking.evaluated import read_evaluated
from dermaflow.tracking.names import CHAMPION
from dermaflow.tracking.registry import by_alias, put_in_force, register
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.standing import Standing, standing
from dermaflow.tracking.store import connect

NAME = "skin-lesion-classifier"
VERDICT = {"promote": True, "reasons": ["Better."], "numbers": {}}


@pytest.mark.usefixtures("project")
def test_a_model_stands_once_it_is_in_force_and_its_decision_lies_here():
    client = connect()
    version = register(client, NAME, log_evaluated_run())
    files = read_evaluated().model_digest
    assert standing(NAME, version.fingerprint, files) is None
    put_in_force(client, version, instead_of=None)
    assert standing(NAME, version.fingerprint, files) is None  # no decision on record
    record(client, version, VERDICT, "key")
    since = by_alias(client, NAME, CHAMPION).since
    assert standing(NAME, version.fingerprint, files) == Standing("1", since)
    assert since.startswith("20")
    assert standing(NAME, "ab" * 32, files) is None
    assert standing(NAME, version.fingerprint, "other files") is None
    assert standing("other", version.fingerprint, files) is None
    record(client, version, {**VERDICT, "promote": False}, "another key", suffix="-refused")
    assert standing(NAME, version.fingerprint, files) is None  # somebody has put it in force by other means
    record(client, version, VERDICT, "key", suffix="-again")
    assert standing(NAME, version.fingerprint, files) is not None
    next(paths.DECISIONS.glob("*-again.json")).rename(paths.DECISIONS / "aside.json")
    assert standing(NAME, version.fingerprint, files) is None
