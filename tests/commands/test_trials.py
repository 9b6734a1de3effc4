import shutil

import pandas as pd
import pytest

from dermaflow.commands.trials import trials
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, write_json
from dermaflow.tracking.address import EMBEDDED
from dermaflow.tracking.store import connect
from tests.drawn_folds import draw_training

VALUES = [({}, 0.6, 1.0), ({"train.dropout": 0.1}, 0.7, 1.2), ({"train.dropout": 0.5}, None, None)]


@pytest.fixture
def reports(tmp_path, monkeypatch, new_store):
    """A search of three trials, the last of which failed."""
    monkeypatch.chdir(tmp_path)
    EMBEDDED.parent.mkdir(parents=True)
    shutil.copy(new_store, EMBEDDED)
    rows = []
    for number, (changes, accuracy, loss) in enumerate(VALUES):
        folder = tmp_path / f"trial{number}"
        figures = {"val_balanced_accuracy": accuracy, "val_loss": loss, "val_accuracy": 0.5} if accuracy else None
        failure = "" if accuracy else "error: out of memory\nat once"
        rows.append(
            {"number": number, "changes": changes, "folder": str(folder), "figures": figures, "failure": failure}
        )
        dropout = changes.get("train.dropout", 0.3)
        draw_training(folder, f"7e57{number}", train={"epochs": 2, "dropout": dropout})
        (folder / "mlflow").symlink_to(tmp_path / "mlflow")
    write(tmp_path / "reports", rows)
    return tmp_path / "reports"


def write(out, rows, by="val_balanced_accuracy", *, lower_is_better=False):
    space = ["train.dropout=[0.1, 0.5]"]
    search = {"by": by, "lower_is_better": lower_is_better, "space": space, "seed": 7, "trials": rows}
    write_json(search, out / "search.json")


def test_trials_are_ranked_by_validation_images_and_what_is_tested_is_not_among_their_figures(reports):
    trials(reports)
    table = pd.read_csv(reports / "trials.csv")
    assert table["trial"].tolist() == [1, 0, 2]
    assert table["train.dropout"].tolist() == [0.1, 0.3, 0.5]
    assert table["failure"].tolist()[2] == "error: out of memory"
    best = read_json(reports / "best.json")
    assert best["take_over"] == "dermaflow set 'train.dropout=0.1'"
    assert (best["present"]["val_balanced_accuracy"], best["n"], best["n_failed"]) == (0.6, 3, 1)
    assert "test" not in (reports / "trials.csv").read_text() + str(best)


def test_a_lower_loss_is_better_and_the_best_may_be_what_params_yaml_says(reports):
    rows = read_json(reports / "search.json")["trials"]
    write(reports, rows, "val_loss", lower_is_better=True)
    trials(reports)
    best = read_json(reports / "best.json")
    assert [one["number"] for one in best["top"]] == [0, 1]
    assert best["take_over"] == ""


def test_the_runs_of_the_trials_hang_below_the_search_once(reports, capsys):
    trials(reports)
    trials(reports)
    assert "holds all of this already" in capsys.readouterr().out
    client = connect()
    runs = client.search_runs([client.get_experiment_by_name("skin-lesion-classifier").experiment_id])
    (parent,) = [run for run in runs if run.info.run_name.startswith("search")]
    below = {run.info.run_name: run.data for run in runs if "mlflow.parentRunId" in run.data.tags}
    assert set(below) == {"trial 0 · as params.yaml says", "trial 1 · dropout=0.1"}
    assert below["trial 1 · dropout=0.1"].metrics["validation_balanced_accuracy"] == 0.7
    assert parent.data.metrics["validation_balanced_accuracy"] == 0.7
    assert len(runs) == 3


def test_a_search_in_which_all_failed_is_told(reports):
    rows = read_json(reports / "search.json")["trials"][2:]
    write(reports, rows)
    with pytest.raises(TableError, match="expected a trial that could be trained, found none"):
        trials(reports)
