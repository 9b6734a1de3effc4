import contextlib
import shutil
import subprocess

import pytest

from dermaflow.core import paths
from dermaflow.core.errors import StoreError
from dermaflow.core.files import read_json, write_json
from dermaflow.tracking.runs import find_run, fold_tags, live_run, log_evaluated_run
from dermaflow.tracking.store import connect

PARAMS = {"train": {"epochs": 3, "filters": [4]}}


@pytest.fixture(scope="module")
def logged(project):  # noqa: ARG001 - the folder in which it happens
    """An interrupted training, its second attempt, then the evaluation: the run that comes of it."""
    fingerprint = read_json(paths.CARD)["fingerprint"]
    with (
        contextlib.suppress(KeyboardInterrupt),
        live_run(fingerprint, phantom=False, name="cnn", params=PARAMS) as log_epoch,
    ):
        log_epoch(1, {"loss": 1.0, "val_loss": 1.1})
        raise KeyboardInterrupt
    client = connect()
    killed = client.get_run(find_run(fingerprint, phantom=False)).info.status
    with live_run(fingerprint, phantom=False, name="cnn", params=PARAMS) as log_epoch:
        log_epoch(1, {"loss": 1.0, "val_loss": 1.1})
        log_epoch(2, {"loss": 0.8, "val_loss": 0.9})
        log_epoch(1, {"member_2_loss": 1.2, "member_2_val_loss": 1.3})
    return client, killed, client.get_run(log_evaluated_run())


def test_an_interrupted_training_goes_on_in_the_same_run(logged):
    client, killed, run = logged
    assert killed == "KILLED"
    assert len(client.search_runs([run.info.experiment_id])) == 1
    assert [point.step for point in client.get_metric_history(run.info.run_id, "training/loss")] == [1, 2, 3]
    assert [point.step for point in client.get_metric_history(run.info.run_id, "training/member_2_loss")] == [1, 2]


def test_a_run_holds_all_that_the_files_hold(logged):
    client, _, run = logged
    assert run.info.status == "FINISHED"
    assert run.data.params == {"train.epochs": "3", "train.filters": "[4]", "ingest.phantom.lesions": "4"}
    value = read_json(paths.METRICS)["balanced_accuracy"]
    found = [run.data.metrics[f"test_balanced_accuracy{end}"] for end in ("", "_low", "_high")]
    assert found == pytest.approx([value["value"], value["low"], value["high"]])
    assert {artifact.path for artifact in client.list_artifacts(run.info.run_id, "reports")} == {
        f"reports/{name}.{ending}"
        for name, ending in (
            ("card", "json"),
            ("history", "csv"),
            ("metrics", "json"),
            ("predictions", "csv"),
            ("shortcuts", "json"),
            ("verdict", "json"),
        )
    }
    assert {artifact.path for artifact in client.list_artifacts(run.info.run_id)} == {
        "figures",
        "model_card.html",
        "model_card.md",
        "reports",
    }
    assert [artifact.path for artifact in client.list_artifacts(run.info.run_id, "figures")] == [
        "figures/confusion.png"
    ]
    assert run.inputs.dataset_inputs[0].dataset.digest == "d" * 36
    assert (
        "| AUC, melanoma versus the rest | 1.00 (0.63 to 1.00) | 0.92 (0.90 to 0.94), by id range |"
        in run.data.tags["mlflow.note.content"]
    )
    assert "| balanced accuracy | 1.00 (1.00 to 1.00) |" in run.data.tags["mlflow.note.content"]
    assert run.data.tags["phantom"] == "no"
    assert run.data.tags["mlflow.source.name"] == "dermaflow train"


def test_the_model_has_a_signature_pinned_requirements_and_its_code(logged):
    client, _, run = logged
    model = client.get_logged_model(run.data.tags["model_id"])
    folder = client.list_logged_model_artifacts(model.model_id)
    assert {artifact.path for artifact in folder} >= {"MLmodel", "requirements.txt", "code", "data"}


def test_logging_again_changes_nothing_and_says_so(logged, capsys):
    client, _, run = logged
    log_evaluated_run()
    assert "holds all of this already" in capsys.readouterr().out
    assert client.get_run(run.info.run_id).to_dictionary() == run.to_dictionary()


def test_a_run_whose_store_was_deleted_is_made_again_from_the_files(logged, project, tmp_path, monkeypatch):
    _, _, before = logged
    shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns("mlflow"))
    monkeypatch.chdir(tmp_path / "project")
    after = connect().get_run(log_evaluated_run())
    assert after.data.metrics == before.data.metrics
    assert after.data.params == before.data.params
    ours = {"model_id", "mlflow.runName", "mlflow.log-model.history"}
    assert {k: v for k, v in after.data.tags.items() if k not in ours} == {
        k: v for k, v in before.data.tags.items() if k not in ours
    }


def test_a_run_names_the_commit_of_its_training_and_not_the_present_one(logged, project, tmp_path, monkeypatch):
    _, _, before = logged
    assert "mlflow.source.git.commit" not in before.data.tags
    shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns("mlflow"))
    monkeypatch.chdir(tmp_path / "project")
    for command in ("init -q", "add params.yaml", "-c user.name=a -c user.email=a@b.c commit -qm one"):
        subprocess.run(["git", *command.split()], check=True)
    write_json(read_json(paths.CARD) | {"git": {"commit": "c" * 40, "dirty": True}}, paths.CARD)
    tags = connect().get_run(log_evaluated_run()).data.tags
    assert tags["mlflow.source.git.commit"] == "c" * 40
    assert tags["git_changed"] == "yes"


def test_logging_that_fails_midway_ends_the_run_and_the_next_call_goes_on_with_it(project, tmp_path, monkeypatch):
    shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns("mlflow"))
    monkeypatch.chdir(tmp_path / "project")
    artifacts = tmp_path / "project/mlflow/store/artifacts"
    artifacts.parent.mkdir(parents=True)
    artifacts.write_text("a file where the artifacts belong")
    with pytest.raises(OSError, match="artifacts"):
        log_evaluated_run()
    run_id = find_run(read_json(paths.CARD)["fingerprint"], phantom=False)
    assert connect().get_run(run_id).info.status == "FAILED"
    artifacts.unlink()
    assert log_evaluated_run() == run_id
    run = connect().get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["model_id"]


@pytest.mark.usefixtures("project")
def test_a_training_that_fails_ends_its_run_as_failed():
    with pytest.raises(ValueError, match="loss"), live_run("f" * 64, phantom=True, name="cnn", params=PARAMS):
        raise ValueError("loss is NaN")
    client = connect()
    assert client.get_run(find_run("f" * 64, phantom=True)).info.status == "FAILED"
    assert find_run("f" * 64, phantom=False) is None


@pytest.mark.usefixtures("project")
def test_a_store_that_cannot_be_used_is_told_before_the_training(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    with (
        pytest.raises(StoreError, match="no MLflow server answers"),
        live_run("e" * 64, phantom=True, name="cnn", params=PARAMS),
    ):
        pytest.fail("the training began")


@pytest.mark.usefixtures("project")
def test_the_training_of_a_fold_says_which_it_is_while_it_runs():
    folds = {**PARAMS, "split": {"method": "folds", "fold": 1, "folds": 5}}
    with live_run("d" * 64, phantom=False, name="cnn", params=folds):
        assert connect().get_run(find_run("d" * 64, phantom=False)).data.tags["fold"] == "2 of 5"
    assert fold_tags({**PARAMS, "split": {"method": "grouped", "fold": 1, "folds": 5}}) == {}
    assert fold_tags(PARAMS) == {}
