"""The candidates of the story that were not let pass, and what is on record of them all."""

import contextlib

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


def test_every_decision_is_in_mlflow_too(story):
    with contextlib.chdir(story.folder):
        client = connect()
        for version in versions(client, "skin-lesion-classifier"):
            assert client.list_artifacts(version.run_id, "decisions")
            assert client.get_run(version.run_id).data.tags["decision"]
