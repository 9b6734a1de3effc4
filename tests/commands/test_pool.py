import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dermaflow.commands.pool import pool
from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json, write_json
from dermaflow.tracking.store import connect
from tests.drawn_folds import CLASSES, draw_fold

ROOT = Path(__file__).parents[2]
OUT = Path("reports/cross_validate")
FOLDERS = [Path(".cache/cross_validate/0-of-2"), Path(".cache/cross_validate/1-of-2")]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    for fold, each in enumerate(FOLDERS):
        draw_fold(folder / each, fold)
        (folder / each / "mlflow").symlink_to(folder / "mlflow")
    (folder / "mlflow").mkdir()
    shutil.copy(ROOT / "params.yaml", folder / paths.PARAMS)
    return folder


@pytest.fixture
def project(drawn, tmp_path, monkeypatch):
    """Both folds in a checkout of its own, without a store."""
    shutil.copytree(drawn, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    for folder in FOLDERS:
        (folder / "mlflow").unlink()
        (folder / "mlflow").symlink_to(Path("mlflow").resolve())
    return tmp_path / "project"


@pytest.mark.usefixtures("project")
def test_all_folds_are_measured_together_written_down_and_logged_once(capsys):
    pool(FOLDERS, OUT)
    metrics = read_json(OUT / "metrics.json")
    assert (metrics["n_images"], metrics["n_groups"], metrics["folds"]) == (60, 30, 2)
    assert metrics["operating_point"]["thresholds"] == [0.3, 0.6]
    assert metrics["shortcuts"]["macro_auc"]["by"] == "border"
    folds = pd.read_csv(OUT / "folds.csv")
    assert folds["n_images"].sum() == 60
    assert metrics["over_folds"]["accuracy"]["mean"] == pytest.approx(folds["accuracy"].mean())
    predictions = pd.read_csv(OUT / "predictions.csv")
    assert predictions["image_id"].is_unique
    assert predictions.groupby("group_id")["fold"].nunique().max() == 1
    assert list(predictions.columns[:4]) == ["fold", "group_id", "image_id", "diagnosis"]
    assert predictions["distance"].between(0, 1).all()
    assert set(predictions["diagnosis"]) == set(CLASSES)

    written = (OUT / "metrics.json").read_bytes()
    capsys.readouterr()
    pool(FOLDERS, OUT)
    said = capsys.readouterr().out
    assert said.count("holds all of this already") == 3
    assert (OUT / "metrics.json").read_bytes() == written
    client = connect()
    experiment = client.get_experiment_by_name("skin-lesion-classifier").experiment_id
    assert len(client.search_runs([experiment])) == 3
    assert client.search_registered_models() == []


@pytest.mark.usefixtures("project")
def test_the_folds_stand_in_the_store_of_the_checkout_wherever_that_is_named_from(monkeypatch, new_store):
    shutil.copy(new_store, "runs.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///runs.db")
    pool(FOLDERS, OUT)
    assert os.environ["MLFLOW_TRACKING_URI"] == "sqlite:///runs.db"
    assert not list(Path().rglob("*/runs.db"))
    client = connect()
    assert len(client.search_runs([client.get_experiment_by_name("skin-lesion-classifier").experiment_id])) == 3


@pytest.mark.usefixtures("project")
def test_folds_of_different_recipes_are_refused():
    card = FOLDERS[1] / paths.CARD
    told = read_json(card)
    told["params"]["train"] = {**told["params"].get("train", {}), "epochs": 99}
    write_json(told, card)
    with pytest.raises(TableError, match="trained with different parameters"):
        pool(FOLDERS, OUT)


@pytest.mark.usefixtures("project")
def test_folds_may_differ_in_what_no_training_depends_on():
    card = FOLDERS[1] / paths.CARD
    told = read_json(card)
    told["params"]["validate"] = {"max_quarantined_frac": 0.9}
    told["params"]["split"]["test_frac"] = 0.01
    write_json(told, card)
    pool(FOLDERS, OUT)
    told["params"]["split"]["validation_frac"] = 0.01
    write_json(told, card)
    with pytest.raises(TableError, match="trained with different parameters"):
        pool(FOLDERS, OUT)


@pytest.mark.usefixtures("project")
def test_a_missing_fold_and_a_wrong_order_are_refused():
    with pytest.raises(TableError, match=r"expected all folds .* received \[0\] of \['2'\]"):
        pool(FOLDERS[:1], OUT)
    with pytest.raises(TableError, match=r"in their order, received \[1, 0\]"):
        pool(FOLDERS[::-1], OUT)


@pytest.mark.usefixtures("project")
def test_folds_of_different_data_are_refused():
    draw_fold(FOLDERS[1], 1, n_images=66)
    with pytest.raises(TableError, match="the folds are of different data"):
        pool(FOLDERS, OUT)


@pytest.mark.usefixtures("project")
def test_a_group_tested_twice_is_refused_by_name():
    for name in (paths.LEDGER, paths.PREDICTIONS):
        shutil.copy(FOLDERS[0] / name, FOLDERS[1] / name)
    with pytest.raises(TableError, match=r"the group IMG_.* is tested in two folds"):
        pool(FOLDERS, OUT)


@pytest.mark.usefixtures("project")
def test_an_evaluation_of_another_model_or_of_other_images_is_refused():
    predictions = FOLDERS[1] / paths.PREDICTIONS
    predictions.write_text("".join(predictions.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(TableError, match=r"predictions\.csv is not of the fold's test images"):
        pool(FOLDERS, OUT)
    metrics = read_json(FOLDERS[0] / paths.METRICS)
    write_json({**metrics, "fingerprint": "other"}, FOLDERS[0] / paths.METRICS)
    with pytest.raises(TableError, match="are of two models"):
        pool(FOLDERS, OUT)
