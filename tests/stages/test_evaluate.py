"""The stage evaluate, from files to files, with a real model and a real MLflow store."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.core import paths
from dermaflow.core.clinical import COLUMNS, encoded
from dermaflow.core.errors import DermaflowError, ImageError, SplitError, TableError
from dermaflow.core.files import write_json
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    CORRECTION_COLUMNS,
    HISTORY_COLUMNS,
    LEDGER_COLUMNS,
    QUARANTINE_COLUMNS,
    SEEN_COLUMNS,
    write_table,
)
from dermaflow.model.bundle import load_bundle
from dermaflow.model.card import Card, ClinicalUse, Data, Familiarity, Input, OperatingPoint, write_card
from dermaflow.stages import evaluate
from dermaflow.stages.evaluate import STRANGERS_PER_KIND
from tests.tiny_project import SHORTCUTS

CLASSES = ("basal cell carcinoma", "melanoma", "nevus")
POINT = OperatingPoint(diagnosis="melanoma", min_sensitivity=0.95, threshold=0.3, sensitivity=1.0, specificity=0.5, n=4)
SIZE = 16
IMAGES = 30
TEST_IMAGES = [f"PHANTOM_{number:03d}" for number in range(IMAGES) if number % 3]


def write_images_and_tables() -> None:
    """Thirty images of noise in fifteen lesions; two of three are in the test partition."""
    generator = np.random.default_rng(0)
    paths.INGESTED_IMAGES.mkdir(parents=True)
    rows = []
    for number in range(IMAGES):
        image_id = f"PHANTOM_{number:03d}"
        pixels = generator.integers(0, 256, (20, 24, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(paths.ingested_image(image_id))
        person = {"age": str(5 * number), "sex": ("female", "male")[number % 2], "source": "phantom-a"}
        rows.append({"image_id": image_id, "diagnosis": CLASSES[number // 2 % 3], **person})
    lesions = pd.DataFrame(rows, columns=list(ACCEPTED_COLUMNS), dtype=str).fillna("")
    write_table(lesions, ACCEPTED_COLUMNS, paths.ACCEPTED)
    ledger = lesions[["image_id", "sha256", "pixels_sha256"]].copy()
    ledger["group_id"] = [f"g{number // 2}" for number in range(IMAGES)]
    ledger["partition"] = ["test" if image_id in TEST_IMAGES else "train" for image_id in ledger["image_id"]]
    write_table(ledger, LEDGER_COLUMNS, paths.LEDGER)


def write_what_was_left_out() -> None:
    """What validation and the split say of images that are not used."""
    counts = {"images_found": IMAGES + 1, "dropped_diagnoses": [], "leaks": {}, "official_test": 0}
    write_json({"passed": True, **counts}, paths.VERDICT)
    copy = pd.DataFrame([["COPY", "b/copy.jpg", "exact-copy", ""]], columns=QUARANTINE_COLUMNS)
    write_table(copy, QUARANTINE_COLUMNS, paths.QUARANTINE)
    write_table(copy.iloc[:0], QUARANTINE_COLUMNS, paths.SPLIT_QUARANTINE)
    write_table(pd.DataFrame(columns=CORRECTION_COLUMNS), CORRECTION_COLUMNS, paths.CORRECTIONS)


def write_model() -> None:
    """An untrained network and what train writes beside it."""
    from dermaflow.model.backend import keras  # noqa: PLC0415 - TensorFlow only where a model is made
    from dermaflow.model.onnx_file import write_onnx  # noqa: PLC0415 - likewise

    keras.utils.set_random_seed(7)
    image = keras.Input((SIZE, SIZE, 3), name="image")
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    clinical = keras.Input((len(COLUMNS),), name="clinical")
    logits = keras.layers.Dense(len(CLASSES))(flat) + keras.layers.Dense(len(CLASSES), use_bias=False)(clinical)
    probabilities = keras.layers.Softmax(name="probabilities")(logits)
    distance = keras.layers.Identity(name="distance")(keras.ops.mean(flat, axis=-1))
    model = keras.Model([image, clinical], [probabilities, distance])
    paths.MODEL.parent.mkdir(parents=True)
    model.save(paths.MODEL)
    write_onnx(model, np.zeros((1, SIZE, SIZE, 3), dtype=np.uint8), paths.ONNX, np.zeros((1, len(COLUMNS)), np.float32))
    card = Card(
        fingerprint="f" * 64,
        phantom=True,
        classes=CLASSES,
        input=Input(image_size_px=SIZE),
        architecture="cnn",
        n_parameters=model.count_params(),
        seed=7,
        params={"train": {"clinical": ["age", "sex"]}},
        data=Data(fingerprint="d" * 64, sources={"phantom-a": 10}, train={}, copies={}, validation={}),
        best_epoch=2,
        epochs=2,
        operating_point=POINT,
        clinical=ClinicalUse(columns=COLUMNS, strength=1.0, n=10, stated={"age": 10, "sex": 10}, image_alone={}),
        familiarity=Familiarity(method="mean brightness", kept_frac=0.99, n=10),
        versions={},
    )
    write_card(card, paths.CARD)
    history = pd.DataFrame([[1, 1.2, 0.3, 1.1, 0.3, 0.3, 1], [2, 1.0, 0.4, 1.0, 0.4, 0.4, 1]], columns=HISTORY_COLUMNS)
    write_table(history, HISTORY_COLUMNS, paths.HISTORY)
    write_table(pd.DataFrame(columns=list(SEEN_COLUMNS)), SEEN_COLUMNS, paths.SEEN)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A project in which the stage has run once."""
    folder, before = tmp_path_factory.mktemp("project"), Path.cwd()
    os.chdir(folder)
    try:
        paths.PARAMS.write_text("evaluate: {bootstrap_samples: 200, seed: 7}\n")
        write_images_and_tables()
        write_model()
        write_what_was_left_out()
        write_json(SHORTCUTS, paths.SHORTCUTS)
        evaluate.main()
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def project(evaluated, tmp_path, monkeypatch):
    """A copy of that project to spoil, with nothing of evaluate in it."""
    shutil.copytree(evaluated, tmp_path / "copy", ignore=shutil.ignore_patterns("mlflow", "evaluate"))
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def test_every_test_image_is_predicted_once_and_no_other(evaluated):
    predictions = pd.read_csv(evaluated / paths.PREDICTIONS)
    assert list(predictions.columns) == ["image_id", "diagnosis", *(f"p_{name}" for name in CLASSES), "distance"]
    assert list(predictions["image_id"]) == TEST_IMAGES
    np.testing.assert_allclose(predictions.iloc[:, 2:-1].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(predictions["distance"], 0.5, atol=0.1)  # noise is half as bright as white


def test_what_is_stated_of_the_test_images_is_told_to_the_model_and_its_gain_measured(evaluated):
    metrics = json.loads((evaluated / paths.METRICS).read_text())
    assert metrics["clinical"]["stated"] == {"age": 16, "sex": 20, "site": 0}  # an age above 120 is none
    gain = metrics["clinical"]["gain"]["balanced_accuracy"]["value"]
    alone = metrics["clinical"]["image_alone"]["balanced_accuracy"]["value"]
    assert metrics["balanced_accuracy"]["value"] - alone == pytest.approx(gain)
    assert [each["name"] for each in metrics["clinical"]["by_collection"]] == ["phantom-a · no lesion number"]
    bundle = load_bundle(evaluated / paths.MODEL.parent)
    numbers = [int(name[-3:]) for name in TEST_IMAGES]
    ages, sexes = [str(5 * number) for number in numbers], [("female", "male")[number % 2] for number in numbers]
    files = [evaluated / paths.ingested_image(name) for name in TEST_IMAGES]
    told = bundle.predict_all(files, encoded(ages, sexes, [""] * len(ages))).probabilities
    columns = [f"p_{name}" for name in CLASSES]
    np.testing.assert_allclose(pd.read_csv(evaluated / paths.PREDICTIONS)[columns], told, atol=1e-6)
    assert "What age, sex and site add" in (evaluated / paths.MODEL_CARD_TEXT).read_text()


def test_the_metrics_name_the_model_and_agree_with_the_predictions(evaluated):
    metrics = json.loads((evaluated / paths.METRICS).read_text())
    predictions = pd.read_csv(evaluated / paths.PREDICTIONS)
    chosen = predictions.iloc[:, 2:-1].idxmax(axis=1).str.removeprefix("p_")
    assert metrics["phantom"] is True
    assert metrics["fingerprint"] == "f" * 64
    assert (metrics["n_images"], metrics["n_groups"]) == (20, 15)
    assert metrics["accuracy"]["value"] == pytest.approx((chosen == predictions["diagnosis"]).mean())
    assert {name: figures["n"] for name, figures in metrics["per_class"].items()} == dict(
        predictions["diagnosis"].value_counts()
    )


def test_the_tables_for_dvc_plots_are_there(evaluated):
    confusion = pd.read_csv(evaluated / paths.CONFUSION)
    assert list(confusion.columns) == ["actual", "predicted"]
    assert len(confusion) == 20
    assert set(pd.read_csv(evaluated / paths.ROC)["diagnosis"]) == set(CLASSES)


def test_the_operating_point_of_the_card_is_tested(evaluated):
    found = json.loads((evaluated / paths.METRICS).read_text())["operating_point"]
    predictions = pd.read_csv(evaluated / paths.PREDICTIONS)
    suspected = predictions["p_melanoma"] >= POINT.threshold
    shown = predictions["diagnosis"] == "melanoma"
    assert found["threshold"] == POINT.threshold
    assert found["sensitivity"]["value"] == pytest.approx(suspected[shown].mean())
    assert found["specificity"]["value"] == pytest.approx((~suspected)[~shown].mean())


def test_strangers_are_told_from_the_test_images(evaluated):
    found = json.loads((evaluated / paths.METRICS).read_text())["unfamiliar"]
    assert found["n_images"] == 20
    assert found["flagged"]["value"] == 0
    assert found["strangers"]["n"] == STRANGERS_PER_KIND * len(found["by_kind"])


def test_a_model_that_measures_no_distance_has_no_figure_for_strangers(project):
    card = json.loads(paths.CARD.read_text())
    write_json({**card, "familiarity": None}, project / paths.CARD)
    evaluate.main()
    assert json.loads(paths.METRICS.read_text())["unfamiliar"] is None


def test_subgroups_are_those_of_the_accepted_table(evaluated):
    subgroups = json.loads((evaluated / paths.METRICS).read_text())["subgroups"]
    assert list(subgroups) == ["age", "sex", "site", "source"]
    assert [each["name"] for each in subgroups["age"]] == ["0–29", "30–44", "45–59", "60–74", "75+"]
    assert {each["name"]: each["n"] for each in subgroups["sex"]} == {"female": 10, "male": 10}
    assert [(each["name"], each["n"]) for each in subgroups["site"]] == [("unknown", 20)]
    assert subgroups["source"][0]["small"]


def test_the_pictures_are_there(evaluated):
    names = ["confusion", "gallery", "precision_recall", "reliability", "roc", "subgroups", "training"]
    assert sorted(path.name for path in (evaluated / paths.FIGURES).iterdir()) == [f"{name}.png" for name in names]


def test_the_model_card_holds_all_figures_and_is_marked_as_phantom(evaluated):
    page, text = (
        (evaluated / path).read_text(encoding="utf-8") for path in (paths.MODEL_CARD_PAGE, paths.MODEL_CARD_TEXT)
    )
    assert "PHANTOM: the model was trained or tested on generated images." in page
    assert page.count('src="data:image/png;base64,') == len(list((evaluated / paths.FIGURES).iterdir()))
    assert "| left out by validation: exact copy | 1 |" in text
    assert "No label was corrected by an official record." in text
    linked = re.findall(r"\]\((figures/[^)]+)\)", text)
    assert sorted(linked) == sorted(f"figures/{path.name}" for path in (evaluated / paths.FIGURES).iterdir())


def test_the_same_files_give_the_same_bytes_and_the_run_is_in_the_store(evaluated, monkeypatch, capsys):
    monkeypatch.chdir(evaluated)
    files = sorted(path for path in paths.METRICS.parent.rglob("*") if path.is_file())
    before = {path: path.read_bytes() for path in files}
    evaluate.main()
    assert {path: path.read_bytes() for path in files} == before
    said = capsys.readouterr().out
    assert "20 phantom (generated) test images in 15 groups" in said
    assert "suspected of melanoma from a probability of 0.300 on:" in said
    assert "holds all of this already" in said


def test_an_empty_test_partition_is_an_error(project):
    ledger = project / paths.LEDGER
    ledger.write_text(ledger.read_text().replace(",test", ",train"))
    with pytest.raises(SplitError, match="the test partition is empty"):
        evaluate.main()


def test_a_diagnosis_that_the_model_does_not_know_is_an_error(project):
    lesions = project / paths.ACCEPTED
    lesions.write_text(lesions.read_text().replace("nevus", "dermatofibroma"))
    with pytest.raises(TableError, match="the test images show dermatofibroma"):
        evaluate.main()


def test_generated_test_images_under_the_card_of_a_real_model_are_refused(project):
    card = project / paths.CARD
    card.write_text(card.read_text().replace('"phantom": true', '"phantom": false'))
    with pytest.raises(TableError, match=r"files of two runs were mixed; `dvc repro` brings them together"):
        evaluate.main()
    assert not (project / paths.METRICS).exists()


def test_an_image_spoilt_since_validation_is_named_and_nothing_is_written(project):
    paths.ingested_image(TEST_IMAGES[0]).write_bytes(b"")
    paths.ingested_image(TEST_IMAGES[1]).unlink()
    with pytest.raises(ImageError, match=rf"2 of 20 accepted images.*\n.*{TEST_IMAGES[0]}.jpg: empty file"):
        evaluate.main()
    assert not (project / paths.PREDICTIONS).exists()


@pytest.mark.parametrize("missing", [paths.HISTORY, paths.CARD, paths.ONNX, paths.LEDGER, paths.ACCEPTED])
def test_a_missing_input_is_named(project, missing):
    (project / missing).unlink()
    with pytest.raises(DermaflowError, match=f"{missing} is missing"):
        evaluate.main()


def test_a_history_that_holds_no_numbers_is_named(project):
    history = project / paths.HISTORY
    history.write_text(history.read_text().replace("1.2", "much"))
    with pytest.raises(TableError, match=r"history.csv: expected numbers .*much"):
        evaluate.main()
