"""A cross-validation in two folds on phantom images, through the flow, in a checkout of its own."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from dermaflow.core.files import read_json
from dermaflow.tracking.backend import MlflowClient
from flows import workspaces
from flows.cross_validate import OF_A_FOLD, TAKEN_OVER

SMALLER = (
    "ingest.phantom.lesions=90",
    "validate.min_images_per_diagnosis=4",
    "split.folds=2",
    "augment.images_per_class=0",
    "train.epochs=1",
    "train.filters=[8]",
    "evaluate.bootstrap_samples=100",
)


@pytest.fixture(scope="module")
def said(checkout) -> str:
    checkout.run("dermaflow", "set", *SMALLER)
    return checkout.run("python", "-m", "flows.launch", "flows.cross_validate")


def test_every_accepted_image_is_tested_once_by_a_model_that_has_not_seen_its_group(said, checkout):
    assert "2 of 2 folds done in" in said
    assert "# PHANTOM images" in said
    accepted = pd.read_csv(checkout.folder / "data/validate/lesions.csv")
    tested = pd.read_csv(checkout.folder / "reports/cross_validate/predictions.csv")
    assert sorted(tested["image_id"]) == sorted(accepted["image_id"])
    for fold in (0, 1):
        folder = checkout.folder / f".cache/cross_validate/{fold}-of-2"
        ledger = pd.read_csv(folder / "data/split/ledger.csv").set_index("image_id")
        learnt = ledger[ledger["partition"] != "test"]
        assert not set(learnt["group_id"]) & set(tested.loc[tested["fold"] == fold, "group_id"])
        seen = pd.read_csv(folder / "models/train/seen.csv")
        assert not set(seen["image_id"]) & set(tested.loc[tested["fold"] == fold, "image_id"])
    metrics = read_json(checkout.folder / "reports/cross_validate/metrics.json")
    assert metrics["n_images"] == len(accepted)


@pytest.mark.usefixtures("said")
def test_the_folds_are_runs_below_one_and_nothing_is_registered(checkout):
    store = f"sqlite:///{checkout.folder / 'mlflow/store/mlflow.db'}"
    client = MlflowClient(tracking_uri=store, registry_uri=store)
    experiment = client.get_experiment_by_name("skin-lesion-classifier-phantom")
    runs = client.search_runs([experiment.experiment_id])
    (parent,) = [run for run in runs if run.info.run_name.startswith("cross-validation, 2 folds")]
    below = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert sorted(run.data.tags["fold"] for run in below) == ["1 of 2", "2 of 2"]
    assert len(runs) == 3
    assert {"test_macro_auc", "fold_mean_macro_auc", "fold_sd_macro_auc"} <= set(parent.data.metrics)
    assert client.search_registered_models() == []


@pytest.mark.usefixtures("said")
def test_the_checkout_keeps_its_parameters_and_has_no_split_and_no_model_from_it(checkout):
    assert "method: grouped" in (checkout.folder / "params.yaml").read_text()
    assert not (checkout.folder / "models").exists()
    assert not (checkout.folder / "data/split").exists()


@pytest.mark.usefixtures("said")
def test_a_fold_whose_workspace_was_lost_comes_back_from_dvcs_cache_and_is_not_trained_again(checkout, monkeypatch):
    monkeypatch.chdir(checkout.folder)
    monkeypatch.setenv("PYTHONPATH", str(checkout.folder / "src"))
    folder = Path(".cache/cross_validate/1-of-2")
    before = (folder / "models/train/card.json").read_bytes()
    shutil.rmtree(folder)
    workspaces.prepare(folder, {"split.method": "folds", "split.fold": 1}, TAKEN_OVER)
    workspaces.take_over(folder, TAKEN_OVER, print)
    lines = workspaces.reproduce(folder, OF_A_FOLD, print)
    restored = [line.split("'")[1] for line in lines if "is cached - skipping run" in line]
    assert restored == ["augment", "train", "evaluate"]
    assert (folder / "models/train/card.json").read_bytes() == before
