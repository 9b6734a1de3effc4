import json

import pytest

from dermaflow.core import paths
from dermaflow.core.files import read_json, write_json
from flows.processes import CommandFailedError
from flows.search import Trial, asked_for, figures_of, folder_of, tried_all
from flows.search_space import space_of

SECTIONS = {"train": {"learning_rate": 0.9, "filters": [8]}, "augment": {}}
SPACE = space_of(["train.learning_rate=0.0..1.0", "train.filters=[[8], [16]]"], SECTIONS)


def trained(number, changes):
    """A training whose validation loss is least at 0.3 with 16 filters, and which fails at rates above 0.8."""
    rate = changes.get("train.learning_rate", 0.75)
    if rate > 0.8:
        return Trial(number, dict(changes), "", None, "error: it diverged")
    loss = (rate - 0.3) ** 2 + (changes.get("train.filters") != [16])
    figures = {"val_loss": loss, "val_balanced_accuracy": 1 - loss, "val_accuracy": 0.5}
    return Trial(number, dict(changes), "", figures, "")


def search(n, by="val_loss", seed=7, run=trained):
    return tried_all(run, SPACE, n, by, seed, lambda _: None)


@pytest.mark.parametrize("by", ["val_loss", "val_balanced_accuracy"])
def test_the_search_goes_where_the_figure_is_better(by):
    tried = search(40, by)
    best = min((trial for trial in tried if trial.figures), key=lambda trial: trial.figures["val_loss"])
    assert best.changes["train.filters"] == [16]
    assert best.changes["train.learning_rate"] == pytest.approx(0.3, abs=0.1)
    later = [trial.changes["train.filters"] for trial in tried[20:]]
    assert later.count([16]) > len(later) / 2


def test_the_first_trial_is_what_params_yaml_says():
    assert search(1)[0].changes == {}


def test_the_same_search_proposes_the_same_trials_and_more_trials_continue_the_row():
    assert search(25)[:15] == search(15)
    assert search(15, seed=8)[1:] != search(15)[1:]


def test_a_trial_that_fails_is_kept_and_the_search_goes_on():
    tried = search(30)
    failed = [trial for trial in tried if trial.figures is None]
    assert failed
    assert len(tried) == 30
    assert all(trial.changes["train.learning_rate"] > 0.8 for trial in failed)


def test_what_params_yaml_says_must_be_trainable():
    def fails(number, changes):
        return Trial(number, dict(changes), "", None, "error: no such weights")

    with pytest.raises(CommandFailedError, match=r"what params\.yaml says cannot be trained: error: no such weights"):
        search(3, run=fails)


def test_the_figures_are_those_of_the_finished_model_with_its_views(tmp_path):
    scores = {"val_loss": 0.8, "val_accuracy": 0.6, "val_balanced_accuracy": 0.3}
    write_json({"best_epoch": 2, "validation": scores}, tmp_path / paths.CARD)
    assert figures_of(tmp_path) == scores


def test_the_same_values_have_the_same_workspace():
    assert folder_of({"train.a": 1, "train.b": 2}) == folder_of({"train.b": 2, "train.a": 1})
    assert folder_of({"train.a": 1}) != folder_of({"train.a": 2})


def test_a_mistake_on_the_command_line_ends_with_a_message(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    paths.PARAMS.write_text("train: {dropout: 0.3}")
    assert asked_for(["--trials", "3", "train.dropout=0..0.5"]).trials == 3
    with pytest.raises(SystemExit):
        asked_for(["split.seed=1..3"])
    assert "expected <section>.<key>=<values>" in capsys.readouterr().err


@pytest.mark.real
def test_a_search_on_real_images_looks_at_validation_only_and_changes_no_params(checkout, isic9):
    sources = json.dumps([{"kind": "folder", "path": str(isic9 / "Test")}])
    checkout.run("dermaflow", "set", f"ingest.sources={sources}", "validate.min_images_per_diagnosis=4")
    checkout.run("dermaflow", "set", "train.epochs=1", "augment.images_per_class=0")
    before = (checkout.folder / "params.yaml").read_text()
    command = ("python", "-m", "flows.launch", "flows.search", "--trials", "2", "train.dropout=[0.1, 0.2]")
    output = checkout.run(*command)
    assert "2 of 2 trials done" in output
    assert "logged the run 'search · train.dropout=[0.1, 0.2]' and 2 below it" in output
    assert (checkout.folder / "params.yaml").read_text() == before
    assert not [*checkout.folder.glob(".cache/search/*/reports/evaluate")]
    assert not (checkout.folder / "models").exists()
    best = read_json(checkout.folder / "reports/search/best.json")
    assert (best["n"], best["n_failed"]) == (2, 0)
    assert "Running stage 'train'" not in checkout.run(*command)
