import contextlib
import re
import subprocess
import sys
import time

import pytest

from dermaflow.commands.promote import promote
from dermaflow.core import paths
from dermaflow.core.errors import StoreError, TableError
from dermaflow.core.files import read_json
from dermaflow.evaluation.gate import EDITION
from dermaflow.tracking.names import DECISION_FILE_TAG, PHANTOM_NAME
from dermaflow.tracking.registry import by_alias, versions
from dermaflow.tracking.store import connect


def test_the_first_model_that_reaches_the_floors_comes_into_force(story):
    scene = story.scenes["first"]
    assert scene.in_force == ["1", None]
    (record,) = scene.records
    assert record["promote"]
    assert record["champion"] is None
    assert record["name"] == "skin-lesion-classifier"
    assert record["rules"]["edition"] == EDITION
    assert "version 1 promoted: in force now" in scene.said


def test_what_is_in_force_is_not_judged_again(story):
    scene = story.scenes["same again"]
    assert "nothing to do: this model is skin-lesion-classifier version 1, in force since 20" in scene.said
    assert scene.records == []


def test_what_is_in_force_is_known_without_mlflow(story):
    program = (
        "import sys; from dermaflow.cli import app; app(['promote'], standalone_mode=False); "
        "print({'mlflow', 'pandas', 'onnxruntime', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=story.folder, capture_output=True, text=True, check=True)
    assert re.fullmatch(
        r"nothing to do: this model is \S+-phantom version 1, in force since 20\S+\nset\(\)\n", done.stdout
    )


def test_what_came_into_force_is_answered_by_without_mlflow(story):
    program = (
        "import sys; from dermaflow.tracking.bundles import bundle_folder; "
        f"print(bundle_folder('models:/{PHANTOM_NAME}@champion').is_dir(), 'mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=story.folder, capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


def test_the_record_of_what_is_in_force_comes_back_from_mlflow(story, capsys):
    with contextlib.chdir(story.folder):
        (record,) = paths.DECISIONS.glob("*-ee000000.json")
        before = record.read_bytes()
        record.unlink()
        promote()
        assert record.read_bytes() == before
    assert "nothing to do: this model is skin-lesion-classifier-phantom version 1" in capsys.readouterr().out


def test_what_is_in_force_by_other_means_than_a_decision_gets_a_record_that_says_so(story, capsys):
    with contextlib.chdir(story.folder):
        client = connect()
        champion = by_alias(client, PHANTOM_NAME, "champion")
        file = champion.tags[DECISION_FILE_TAG]
        client.delete_model_version_tag(PHANTOM_NAME, champion.number, DECISION_FILE_TAG)
        promote()
        (found,) = paths.DECISIONS.glob("*-found.json")
        said, decision = capsys.readouterr().out, read_json(found)
        promote()
        assert "record:" not in capsys.readouterr().out
        found.unlink()
        client.set_model_version_tag(PHANTOM_NAME, champion.number, DECISION_FILE_TAG, file)
    assert "nothing to do: this model is skin-lesion-classifier-phantom version 1" in said
    assert decision["candidate"]["fingerprint"] == champion.fingerprint
    assert "no decision on record put it there" in decision["reasons"][0]


def test_a_better_model_replaces_the_champion_which_becomes_previous(story):
    scene = story.scenes["better"]
    assert scene.in_force == ["2", "1"]
    assert scene.records[0]["numbers"]["difference"]["balanced_accuracy"]["low"] > 0
    assert scene.records[0]["champion"]["version"] == "1"


def test_a_phantom_never_meets_a_real_model(story):
    scene = story.scenes["phantom"]
    assert scene.in_force == ["1", "2"]
    assert scene.records[0]["champion"] is None
    assert scene.records[0]["phantom"]
    with contextlib.chdir(story.folder):
        client = connect()
        assert by_alias(client, PHANTOM_NAME, "champion").number == "1"
        real = {version.fingerprint[:2] for version in versions(client, "skin-lesion-classifier")}
    assert real == {"aa", "bb", "cc", "dd"}


def test_without_a_trained_model_the_message_says_what_makes_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text((sys.modules["tests.tiny_project"].ROOT / "params.yaml").read_text())
    with pytest.raises(TableError, match=r"card\.json is missing: `dvc repro` makes it"):
        promote()


def test_an_unreachable_store_is_told_within_seconds(story, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    start = time.monotonic()
    with contextlib.chdir(story.folder), pytest.raises(StoreError, match="no MLflow server answers"):
        promote()
    assert time.monotonic() - start < 6
