import pytest

from dermaflow.commands.rollback import rollback
from dermaflow.core.errors import StoreError


def test_a_rollback_brings_the_previous_model_back_and_is_on_record(story):
    scene = story.scenes["rolled back"]
    assert scene.in_force == ["1", "2"]
    assert "version 1 is in force again, version 2 is not" in scene.said
    (record,) = scene.records
    assert (record["action"], record["candidate"]["version"], record["champion"]["version"]) == ("rollback", "1", "2")


def test_without_a_store_there_is_nothing_to_roll_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="there is no MLflow store"):
        rollback()
