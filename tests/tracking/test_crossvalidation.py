from pathlib import Path

import pytest

from dermaflow.core.files import write_json
from dermaflow.evaluation.pooled import over_folds, pooled_metrics
from dermaflow.tracking.crossvalidation import log_cross_validation
from dermaflow.tracking.store import connect
from tests.drawn_folds import EVALUATE, draw_fold


@pytest.fixture
def logged(stored):
    """Two folds that share the store of this folder; the run of the cross-validation, and its client."""
    folders = [stored / "0", stored / "1"]
    outcomes = []
    for fold, folder in enumerate(folders):
        outcomes.append(draw_fold(folder, fold))
        (folder / "mlflow").symlink_to(stored / "mlflow")
    metrics = pooled_metrics(outcomes, EVALUATE)
    spread = over_folds([{"accuracy": {"value": 0.5}}, {"accuracy": {"value": 0.7}}])
    prints = [f"f0ld{fold}".ljust(64, "0") for fold in (0, 1)]
    metrics |= {"phantom": False, "folds": 2, "fingerprints": prints, "over_folds": spread, "shortcuts": {}}
    write_json(metrics, Path("metrics.json"))
    client = connect()
    return client, client.get_run(log_cross_validation(folders, metrics, [Path("metrics.json")])), metrics


def test_the_run_holds_all_folds_together_and_those_of_the_folds_hang_below_it(logged):
    client, run, metrics = logged
    assert run.info.run_name == "cross-validation, 2 folds · cnn 16px · drawn"
    assert run.data.metrics["test_accuracy"] == pytest.approx(metrics["accuracy"]["value"])
    assert run.data.metrics["fold_mean_accuracy"] == pytest.approx(0.6)
    assert run.data.metrics["fold_sd_accuracy"] == pytest.approx(0.1414, abs=1e-4)
    assert run.data.params["split.folds"] == "2"
    assert "split.fold" not in run.data.params
    assert "| accuracy |" in run.data.tags["mlflow.note.content"]
    below = client.search_runs(
        [run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'", order_by=["attributes.run_name"]
    )
    assert [each.data.tags["fold"] for each in below] == ["1 of 2", "2 of 2"]
    assert below[0].info.run_name == "fold 1 of 2 · cnn 16px · drawn · f0ld0000"
    assert below[0].data.metrics["training/val_loss"] == 1.0
    assert [file.path for file in client.list_artifacts(run.info.run_id, "cross_validate")] == [
        "cross_validate/metrics.json"
    ]
