from dataclasses import replace
from pathlib import Path

import pytest

from dermaflow.core.errors import TableError
from dermaflow.tracking.nested import Child, Parent, log_parent, trained_run
from dermaflow.tracking.runs import LOGGED_TAG, find_run, live_run
from dermaflow.tracking.store import connect
from tests.drawn_folds import draw_training


@pytest.fixture
def parent(stored):  # noqa: ARG001 - the folder in which it happens
    Path("trials.csv").write_text("trial\n0\n")
    return Parent(
        fingerprint="p" * 64,
        name="search",
        phantom=False,
        params={"train": {"epochs": 3}},
        metrics={"validation_loss": 0.5},
        note="**two** trials",
        files=[Path("trials.csv")],
        folder="search",
    )


@pytest.fixture
def child(parent):  # noqa: ARG001 - likewise
    with live_run("c" * 64, phantom=False, name="cnn", params={"train": {"epochs": 3}}):
        pass
    return Child(str(find_run("c" * 64, phantom=False)), "trial 0", {"validation_loss": 0.7})


def test_a_child_hangs_below_its_parent_and_keeps_what_it_has(parent, child):
    client, run_id = connect(), log_parent(parent, [child])
    run, below = client.get_run(run_id), client.get_run(child.run_id)
    assert (run.info.status, run.info.run_name) == ("FINISHED", "search")
    assert run.data.metrics == {"validation_loss": 0.5}
    assert run.data.params == {"train.epochs": "3"}
    assert below.data.tags["mlflow.parentRunId"] == run_id
    assert (below.info.run_name, below.data.metrics["validation_loss"]) == ("trial 0", 0.7)
    assert below.data.params == {"train.epochs": "3"}


def test_the_run_of_an_evaluated_model_stays_where_it_is_unless_the_parent_is_for_such(parent, child, capsys):
    """A trial with the parameters of the present model is that model's own training."""
    client = connect()
    client.set_tag(child.run_id, LOGGED_TAG, "d" * 64)
    log_parent(replace(parent, takes_evaluated=False), [child])
    run = client.get_run(child.run_id)
    assert "mlflow.parentRunId" not in run.data.tags
    assert (run.info.run_name, run.data.metrics) == ("cnn", {})
    assert "'trial 0' is that of an evaluated model: it keeps its place and name" in capsys.readouterr().out
    run_id = log_parent(replace(parent, metrics={"validation_loss": 0.3}), [child])
    assert client.get_run(child.run_id).data.tags["mlflow.parentRunId"] == run_id


def test_logging_twice_makes_nothing_twice_and_what_is_new_goes_into_the_same_run(parent, child, capsys):
    run_id = log_parent(parent, [child])
    capsys.readouterr()
    assert log_parent(parent, [child]) == run_id
    assert "'search' holds all of this already" in capsys.readouterr().out
    assert log_parent(replace(parent, metrics={"validation_loss": 0.4}), [child]) == run_id
    assert connect().get_run(run_id).data.metrics == {"validation_loss": 0.4}


def test_a_training_that_the_store_does_not_hold_is_logged_from_its_files(stored):
    draw_training(stored / "trial", "abc0")
    (stored / "trial/mlflow").symlink_to(stored / "mlflow")
    run_id = trained_run(stored / "trial")
    client = connect()
    run = client.get_run(run_id)
    assert [point.value for point in client.get_metric_history(run_id, "training/val_loss")] == [1.1, 1.0]
    assert run.data.params["train.dropout"] == "0.3"
    assert trained_run(stored / "trial") == run_id
    assert len(client.search_runs([run.info.experiment_id])) == 1


def test_a_training_without_a_card_is_told(stored):
    with pytest.raises(TableError, match=r"card\.json is missing"):
        trained_run(stored)
