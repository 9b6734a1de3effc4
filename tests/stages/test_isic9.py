"""The stages one after the other on the nine-class set as it circulates, from its folder to a trained epoch."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dermaflow.commands.set_params import set_params
from dermaflow.commands.sources import sources
from dermaflow.core import paths
from dermaflow.stages import augment, ingest, split, train, validate

PARAMS = Path(__file__).parents[2] / "params.yaml"
ALONE = Path("without-authority")  # what validate found when nobody but the folders named a diagnosis


@pytest.fixture(scope="module")
def accepted(tmp_path_factory):
    """A folder in which ingest and validate have run on all of isic9, and its images were measured once."""
    return tmp_path_factory.mktemp("isic9")


@pytest.fixture
def project(accepted, isic9, ham10000, monkeypatch):
    """First as the folders are, then with the official labels of ISIC 2019 and the lesions of HAM10000."""
    monkeypatch.chdir(accepted)
    if not paths.ACCEPTED.exists():
        shutil.copy(PARAMS, paths.PARAMS)
        set_params(["train.epochs=1", "augment.images_per_class=80"])
        sources([str(isic9)], [])
        ingest.main()
        validate.main()
        ALONE.mkdir()
        for file in (paths.VERDICT, paths.QUARANTINE):
            shutil.copy(file, ALONE)
        sources([str(isic9)], [str(isic9.parents[1] / "isic2019"), str(ham10000 / "HAM10000_metadata.csv")])
        ingest.main()
        validate.main()
    return accepted


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def leaking(ham10000: Path, isic9: Path) -> int:
    """How many test images share a lesion with one that is trained on or chosen with, by both tables themselves."""
    ledger = read(paths.LEDGER)
    tables = [
        pd.read_csv(ham10000 / "HAM10000_metadata.csv").set_index("image_id")["lesion_id"],
        pd.read_csv(isic9.parents[1] / "isic2019" / "ISIC_2019_Training_Metadata.csv").set_index("image")["lesion_id"],
    ]
    lesions = pd.concat(tables).dropna()
    lesion = ledger["image_id"].map(lesions[~lesions.index.duplicated()])
    tested = ledger["partition"] == "test"
    seen = lesion[ledger["partition"].isin(["train", "validation"])].dropna()
    return int(lesion[tested].isin(seen).sum())


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_without_an_authority_whatever_contradicts_is_set_aside():
    verdict, quarantine = json.loads((ALONE / paths.VERDICT.name).read_text()), read(ALONE / paths.QUARANTINE.name)
    assert verdict["images_found"] == 2_359
    assert verdict["quarantined"] == {"contradicting-labels": 310, "exact-copy": 4, "diagnosis-too-rare": 2}
    assert verdict["dropped_diagnoses"] == ["seborrheic keratosis"]
    torn = quarantine[quarantine["reason"] == "contradicting-labels"]
    assert torn["image_id"].nunique() == 155
    assert torn["file"].str.contains("Test/").sum() == 18
    copies = quarantine[quarantine["reason"] == "exact-copy"]
    assert copies["file"].str.contains(r"\(1\)").sum() == 2


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_what_is_wrong_with_isic9_is_found_settled_or_set_aside():
    lesions, corrections = read(paths.INGESTED), read(paths.CORRECTIONS)
    assert lesions["isic_id"].nunique() == 2_202
    filings = lesions.drop_duplicates(["sha256", "diagnosis"])["sha256"].value_counts()
    assert (filings == 2).sum() == 155
    verdict = json.loads(paths.VERDICT.read_text())
    assert verdict["images_found"] == 2_359
    assert verdict["quarantined"] == {"contradicting-labels": 112, "exact-copy": 103}
    assert verdict["corrected"] == {"nevus → actinic keratosis": 76, "seborrheic keratosis → melanoma": 26}
    assert set(corrections["authority"]) == {"isic2019", "isic2019|ham10000"}
    assert verdict["dropped_diagnoses"] == ["seborrheic keratosis"]
    assert (verdict["official_test"], verdict["leaks"]) == (118, {"same lesion": 26, "same bytes": 18})


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_authorities_know_the_lesions_and_the_official_labels():
    told = read(paths.AUTHORITIES)
    ham = told[told["authority"] == "ham10000"]
    assert (ham["lesion_id"] != "").sum() == ham["image_id"].nunique() == 1_437
    assert told.loc[told["authority"] == "isic2019", "image_id"].nunique() == 1_915


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_shortcuts_give_melanoma_away():
    melanoma = {each["name"]: each["melanoma_auc"]["value"] for each in json.loads(paths.SHORTCUTS.read_text())}
    assert melanoma["number"] > 0.95
    assert melanoma["lesion record"] == pytest.approx(0.91, abs=0.02)
    assert melanoma["border"] > 0.75
    assert melanoma["compression"] == 0.5


@pytest.mark.real
@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("method", ["official", "grouped"])
def test_no_lesion_lies_on_two_sides(method, ham10000, isic9):
    set_params([f"split.method={method}"])
    split.main()
    ledger = read(paths.LEDGER)
    assert leaking(ham10000, isic9) == 0
    assert set(ledger["partition"]) == {"train", "validation", "test"}
    if method == "official":
        ingested = read(paths.INGESTED)
        official = set(ingested.loc[ingested["official_partition"] == "test", "image_id"])
        assert set(ledger.loc[ledger["partition"] == "test", "image_id"]) <= official
        assert set(read(paths.SPLIT_QUARANTINE)["reason"]) == {"leaks-into-official-test"}


@pytest.mark.real
@pytest.mark.usefixtures("project")
def test_an_epoch_is_trained_on_balanced_classes():
    set_params(["split.method=grouped"])
    split.main()
    augment.main()
    assert set(read(paths.PLAN)["diagnosis"].value_counts()) == {80}
    train.main()
    card = json.loads(paths.CARD.read_text())
    assert len(card["classes"]) == 8
    assert not card["phantom"]
    assert card["epochs"] == 1
