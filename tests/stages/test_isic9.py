"""The stages one after the other on the nine-class set as it circulates, from its folder to a trained epoch."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dermaflow.commands.set_params import set_params
from dermaflow.core import paths
from dermaflow.stages import augment, ingest, split, train, validate

PARAMS = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture(scope="module")
def accepted(tmp_path_factory):
    """A folder in which ingest and validate have run on all of isic9."""
    return tmp_path_factory.mktemp("isic9")


@pytest.fixture
def project(accepted, isic9, monkeypatch):
    monkeypatch.chdir(accepted)
    if not paths.ACCEPTED.exists():
        shutil.copy(PARAMS, paths.PARAMS)
        set_params(
            [f"ingest.sources=[{{kind: folder, path: '{isic9}'}}]", "train.epochs=1", "augment.images_per_class=80"]
        )
        ingest.main()
        validate.main()
    return accepted


def sizes() -> dict[str, int]:
    return dict(pd.read_csv(paths.LEDGER)["partition"].value_counts())


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_what_is_wrong_with_isic9_is_found_and_set_aside():
    verdict = json.loads(paths.VERDICT.read_text())
    assert verdict["images_found"] == 2_359
    assert verdict["images_accepted"] == 2_043
    assert verdict["quarantined"] == {"contradicting-labels": 310, "exact-copy": 4, "diagnosis-too-rare": 2}
    assert verdict["dropped_diagnoses"] == ["seborrheic keratosis"]


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_the_official_test_part_is_kept_and_the_rest_is_divided():
    set_params(["split.method=official"])
    split.main()
    ingested = pd.read_csv(paths.INGESTED, dtype=str).fillna("")
    official = set(ingested.loc[ingested["official_partition"] == "test", "image_id"])
    assert len(official) == 118
    ledger = pd.read_csv(paths.LEDGER)
    assert set(ledger.loc[ledger["partition"] == "test", "image_id"]) <= official
    assert sizes() == {"train": 1_655, "validation": 288, "test": 100}


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_an_epoch_is_trained_on_balanced_classes():
    set_params(["split.method=grouped"])
    split.main()
    assert sum(sizes().values()) == 2_043
    augment.main()
    plan = pd.read_csv(paths.PLAN)
    assert set(plan["diagnosis"].value_counts()) == {80}
    train.main()
    card = json.loads(paths.CARD.read_text())
    assert len(card["classes"]) == 8
    assert not card["phantom"]
    assert card["epochs"] == 1
