import shutil

import pytest

from dermaflow.core import paths
from dermaflow.core.files import read_json
from dermaflow.tracking.decisions import decision_key, earlier, last, record
from dermaflow.tracking.registry import Version, versions
from dermaflow.tracking.store import connect, experiment_id

NAME = "skin-lesion-classifier"
REFUSAL = {"promote": False, "reasons": ["Too few images.", "Not better."], "numbers": {}}


@pytest.fixture
def version(stored):
    client = connect()
    run_id = client.create_run(experiment_id(client, phantom=False)).info.run_id
    client.create_registered_model(NAME)
    made = client.create_model_version(NAME, str(stored), run_id, tags={"fingerprint": "ab" * 32})
    return client, Version(NAME, str(made.version), run_id, dict(made.tags))


def test_a_refusal_is_on_record_in_a_file_on_the_run_and_on_the_version(version):
    client, candidate = version
    file = record(client, candidate, REFUSAL, "k1")
    assert file.name.endswith("-abababab.json")
    assert read_json(file) | REFUSAL == read_json(file)
    kept = client.list_artifacts(candidate.run_id, "decisions")
    assert [artifact.path for artifact in kept] == [f"decisions/{file.name}"]
    sentence = client.get_run(candidate.run_id).data.tags["decision"]
    assert sentence.endswith("refused: Too few images. Not better.")
    assert versions(client, NAME)[0].tags["decision"] == sentence


def test_the_same_question_finds_its_answer_even_when_the_file_is_gone(version):
    client, candidate = version
    file = record(client, candidate, REFUSAL, "k1")
    before = read_json(file)
    shutil.rmtree(paths.DECISIONS)
    after = versions(client, NAME)[0]
    assert earlier(client, after, "k2") is None
    assert earlier(client, after, "k1") == before
    assert file.exists()
    assert last(client, candidate) is None


def test_a_key_depends_on_every_part():
    questions = [("a", {"b": 1}), ("a", {"b": 2}), ("a", None), ("a", {"b": 1})]
    assert len({decision_key(*question) for question in questions}) == 3
