"""The candidates of the story that were not let pass, and what is on record of them all."""

import contextlib
import shutil

import pytest

from dermaflow.commands.judgement import _put_in_force
from dermaflow.core import paths
from dermaflow.core.errors import PromotionError
from dermaflow.core.files import read_json
from dermaflow.tracking.registry import versions
from dermaflow.tracking.store import connect


def test_an_equal_model_is_refused_on_record_and_once_only(story):
    scene = story.scenes["equal"]
    assert scene.in_force == ["2", "1"]
    assert [record["promote"] for record in scene.records] == [False]
    assert "not better beyond chance" in scene.said
    assert "decided already" in story.scenes["equal again"].said
    assert story.scenes["equal again"].records == []


def test_a_model_of_other_classes_is_not_compared(story):
    scene = story.scenes["fewer classes"]
    assert scene.in_force == ["2", "1"]
    assert "without vascular lesion" in scene.records[0]["reasons"][0]


def test_a_model_that_was_rolled_back_is_not_promoted_again_unasked(story):
    scene = story.scenes["rolled back model"]
    assert scene.in_force == ["1", "2"]
    assert "`dermaflow promote --again` judges it anew" in scene.said


def test_the_same_training_that_gave_other_files_is_told_from_the_one_in_force(story):
    scene = story.scenes["trained again"]
    assert scene.in_force == ["1", "2"]
    assert "not judged: the same training made version 1, which is in force, and the model here" in scene.said
    assert scene.records == []


def test_a_candidate_that_another_one_overtook_is_not_on_record_as_in_force(story, tmp_path, monkeypatch):
    shutil.copytree(story.folder, tmp_path / "story")
    monkeypatch.chdir(tmp_path / "story")
    client = connect()
    found = {version.number: version for version in versions(client, "skin-lesion-classifier")}
    decision = {"promote": True, "reasons": ["Better."], "key": "k", "candidate": {"version": "3"}}
    with pytest.raises(PromotionError, match="expected version 2, found version 1"):
        _put_in_force(client, found["3"], found["2"], decision)
    (file,) = paths.DECISIONS.glob("*-overtaken.json")
    assert read_json(file)["promote"] is False
    version = client.get_model_version("skin-lesion-classifier", "3")
    assert "refused: another model came into force" in version.tags["decision"]


def test_every_decision_is_in_mlflow_too(story):
    with contextlib.chdir(story.folder):
        client = connect()
        for version in versions(client, "skin-lesion-classifier"):
            assert client.list_artifacts(version.run_id, "decisions")
            assert client.get_run(version.run_id).data.tags["decision"]
