"""The stage train, from files to files, with real training and a real MLflow store."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.core import paths
from dermaflow.core.errors import DermaflowError, ImageError, ParamsError, TableError, TrainingError
from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    HISTORY_COLUMNS,
    LEDGER_COLUMNS,
    PLAN_COLUMNS,
    SEEN_COLUMNS,
    read_table,
    write_table,
)
from dermaflow.core.params import load_params
from dermaflow.model.bundle import Bundle, load_bundle
from dermaflow.model.calibration import Decided
from dermaflow.model.card import Average, Git, read_card
from dermaflow.model.params import TrainParams
from dermaflow.stages import train
from tests.model.conftest import drawn_weights

CLASSES = ("melanoma", "nevus")
AUGMENT = """\
augment:
  images_per_class: 0
  copies_per_image: 0
  max_rotation_deg: {degrees}
  max_zoom_factor: 1.2
  max_off_centre_frac: 0.0
  max_brightness_change: 0.2
  max_contrast_change: 0.0
  max_colour_change: 0.0
  seed: 7
"""
PARAMS = """\
ingest: {sources: [{kind: phantom}]}
train:
  architecture: cnn
  image_size_px: 24
  filters: [4]
  dense_units: 4
  weights: none
  frozen_through: ""
  cache_trunk: true
  head_epochs: 0
  head_learning_rate: 0.01
  backbone_options: {}
  frozen_batch_norm: true
  dropout: 0.2
  on_the_fly: false
  balance: none
  balance_power: 1.0
  label_smoothing: 0.0
  learning_rate: 0.001
  schedule: constant
  weight_decay: 0.0
  mixed_precision: true
  batch_size: 4
  epochs: 3
  patience_epochs: 3
  members: 1
  further_weights: []
  clinical: []
  views: 1
  min_melanoma_sensitivity: 0.95
  seed: 7
evaluate: {seed: 7}
"""


def draw_project() -> None:
    """Twelve images of two classes in the working directory: eight to train on, one of them with a copy."""
    paths.PARAMS.write_text(PARAMS)
    generator = np.random.default_rng(0)
    paths.INGESTED_IMAGES.mkdir(parents=True)
    paths.AUGMENTED_IMAGES.mkdir(parents=True)
    rows = []
    for number in range(12):
        file = paths.ingested_image(f"PHANTOM_{number:03d}")
        pixels = generator.integers(0, 150, (30, 40, 3)) + 100 * (number % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(file)
        rows.append([file.stem, CLASSES[number % 2], "phantom-a", sha256_hex(file.read_bytes())])
    lesions = pd.DataFrame(rows, columns=["image_id", "diagnosis", "source", "sha256"])
    write_table(lesions.reindex(columns=list(ACCEPTED_COLUMNS), fill_value=""), ACCEPTED_COLUMNS, paths.ACCEPTED)
    partitions = ["train"] * 8 + ["validation"] * 2 + ["test"] * 2
    ledger = lesions.assign(group_id="g", partition=partitions, pixels_sha256="")
    write_table(ledger, LEDGER_COLUMNS, paths.LEDGER)
    copy = paths.AUGMENTED_IMAGES / "PHANTOM_000-1.jpg"
    Image.open(paths.ingested_image("PHANTOM_000")).rotate(90).save(copy)
    plan = lesions[:8].assign(copy="0", file=[str(paths.ingested_image(name)) for name in lesions["image_id"][:8]])
    again = plan[:1].assign(copy="1", file=str(copy))
    write_table(pd.concat([plan, again]), PLAN_COLUMNS, paths.PLAN)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dermaflow.core.parallel.cores", lambda: 1)  # TensorFlow runs here already: no forks
    draw_project()
    return tmp_path


def kill_after_the_first_epoch(network: str = "") -> None:
    """Run the stage as DVC does and kill it where no clean-up can follow; of a later network, if one is named."""
    command = [sys.executable, "-m", "dermaflow.stages.train"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if line.startswith("epoch 1 of") and (not network or f"{network}\n" in told):
                os.kill(process.pid, signal.SIGKILL)
                break
        else:
            pytest.fail(f"no epoch was reported: {told}")


def test_a_killed_training_leaves_no_output_and_goes_on_to_the_same_model(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kill_after_the_first_epoch()
    assert not any(file.exists() for file in (paths.MODEL, paths.CARD, paths.HISTORY, paths.SEEN))
    train.main()
    told = capsys.readouterr().out
    assert "2 classes; 8 training images and 1 copies, 2 validation images" in told
    assert "going on after epoch" in told
    assert list(paths.CHECKPOINTS.iterdir()) == []
    monkeypatch.chdir(tmp_path_factory.mktemp("whole"))
    draw_project()
    train.main()
    assert paths.MODEL.read_bytes() == (project / paths.MODEL).read_bytes()
    assert read_card(paths.CARD) == read_card(project / paths.CARD)
    assert_outputs_agree()


def test_on_the_fly_images_vary_within_the_limits_of_augment_and_other_limits_are_another_training(
    project: Path,
) -> None:
    asked = PARAMS.replace("on_the_fly: false", "on_the_fly: true").replace("epochs: 3", "epochs: 1")
    asked = asked.replace("patience_epochs: 1", "patience_epochs: 3")
    paths.PARAMS.write_text(asked)
    with pytest.raises(ParamsError, match="expected a section 'augment'"):
        train.main()
    trained = []
    for degrees in (20, 40):
        paths.PARAMS.write_text(asked + AUGMENT.format(degrees=degrees))
        train.main()
        trained.append((read_card(paths.CARD).fingerprint, paths.MODEL.read_bytes()))
    assert trained[0][0] != trained[1][0]
    assert trained[0][1] != trained[1][1]
    assert read_card(project / paths.CARD).params["augment"]["max_rotation_deg"] == 40


def git(*arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_model_knows_its_commit_and_checkpoints_that_were_abandoned_go(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git("init", "-q")
    git("add", "params.yaml")
    git("commit", "-qm", "one")
    paths.PARAMS.write_text(
        PARAMS.replace("epochs: 3", "epochs: 1").replace("patience_epochs: 1", "patience_epochs: 3")
    )
    old, young = (paths.CHECKPOINTS / name for name in ("a" * 64, "b" * 64))
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    train.main()
    assert read_card(paths.CARD).git == Git(commit=git("rev-parse", "HEAD"), dirty=True)
    assert list((project / paths.CHECKPOINTS).iterdir()) == [project / young]
    assert "removed 1 folders of trainings that nobody has gone on from" in capsys.readouterr().out


def validation_loss(bundle: Bundle) -> float:
    """The cross-entropy on the two validation images."""
    found = bundle.predict_files([paths.ingested_image(f"PHANTOM_00{number}") for number in (8, 9)])
    said = np.array([each.probabilities for each in found])
    return float(-np.log(said[[0, 1], [0, 1]]).mean())


def assert_outputs_agree() -> None:
    """Card, history, list of seen images and model in the working directory tell the same story."""
    card = json.loads(paths.CARD.read_text())
    assert card["phantom"] is True
    assert card["classes"] == list(CLASSES)
    assert list(card["params"]) == ["ingest", "train"]
    assert card["data"]["train"] == {"melanoma": 4, "nevus": 4}
    assert card["data"]["copies"] == {"melanoma": 1, "nevus": 0}
    history = read_table(paths.HISTORY, HISTORY_COLUMNS)
    assert list(history["epoch"]) == ["1", "2", "3"]
    assert card["best_epoch"] == history["val_loss"].astype(float).argmin() + 1
    seen = read_table(paths.SEEN, SEEN_COLUMNS)
    assert list(seen["partition"]) == ["train"] * 8 + ["validation"] * 2
    for image_id, sha256 in zip(seen["image_id"], seen["sha256"], strict=True):
        assert sha256_hex(paths.ingested_image(image_id).read_bytes()) == sha256
    from dermaflow.model.backend import keras  # noqa: PLC0415 - after the training, which imports it late

    assert keras.saving.load_model(paths.MODEL).count_params() == card["n_parameters"]
    lowest = history["val_loss"].astype(float).min()
    assert validation_loss(load_bundle(paths.MODEL.parent)) == pytest.approx(lowest, rel=1e-4)


def begin_with_a_model_that_knows(image_id: str, architecture: str = "MobileNetV2") -> None:
    """Name the folder of a model as the first weights; it has learnt from that image."""
    known = {"sha256": sha256_hex(paths.ingested_image(image_id).read_bytes()), "image_id": "x", "partition": "train"}
    write_table(pd.DataFrame([dict.fromkeys(SEEN_COLUMNS, "") | known]), SEEN_COLUMNS, Path("other/seen.csv"))
    network = PARAMS.replace("architecture: cnn", f"architecture: {architecture}")
    paths.PARAMS.write_text(network.replace("weights: none", "weights: other"))


def test_a_network_that_begins_with_another_model_goes_on_after_a_kill_and_is_exported_with_the_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dermaflow.model.backend import keras  # noqa: PLC0415 - where it is needed

    weights = drawn_weights("MobileNet", 0.25, project / "drawn.weights.h5")
    other = keras.applications.MobileNet(include_top=False, weights=None, alpha=0.25, input_shape=(32, 32, 3))
    begin_with_a_model_that_knows("PHANTOM_003", "MobileNet")
    other.save("other/model.keras")
    begun = paths.PARAMS.read_text().replace("further_weights: []", "further_weights: [other]")
    begun = begun.replace('frozen_through: ""', "frozen_through: conv_pw_12_relu")
    begun = begun.replace("weights: other", f"weights: {weights}").replace("image_size_px: 24", "image_size_px: 32")
    paths.PARAMS.write_text(begun.replace("options: {}", "options: {alpha: 0.25}").replace("epochs: 3", "epochs: 2"))
    kill_after_the_first_epoch("network 2 of 2")
    assert not paths.MODEL.exists()
    train.main()
    assert "going on after epoch 1" in capsys.readouterr().out.split("network 2 of 2")[1]
    assert read_table(paths.SEEN, SEEN_COLUMNS)["image_id"].tolist()[-1] == "x"
    assert read_card(paths.CARD).data.before == 1
    images = np.stack([np.asarray(Image.open(paths.ingested_image(f"PHANTOM_00{n}")).resize((32, 32))) for n in "89"])
    kept = keras.saving.load_model(paths.MODEL, compile=False).predict(images, verbose=0)[0]
    np.testing.assert_allclose(load_bundle(paths.MODEL.parent).predict(images).probabilities, kept, atol=1e-4)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("harm", "error", "message"),
    [
        (lambda: paths.PLAN.write_text(",".join(PLAN_COLUMNS) + "\n"), TrainingError, "the plan holds none"),
        (paths.LEDGER.unlink, TableError, r"ledger\.csv is missing"),
        (lambda: paths.PARAMS.write_text(PARAMS.replace("epochs: 3", "epochs: three")), ParamsError, "train.epochs"),
        (
            lambda: begin_with_a_model_that_knows("PHANTOM_011"),
            TrainingError,
            r"1 of the 4 validation and .*PHANTOM_011",
        ),
        (
            lambda: begin_with_a_model_that_knows("PHANTOM_003"),
            TrainingError,
            "expected none.*or the folder of a model",
        ),
        (lambda: paths.ingested_image("PHANTOM_003").write_bytes(b"x"), ImageError, r"PHANTOM_003\.jpg: not an image"),
    ],
)
def test_what_cannot_be_trained_on_ends_before_training_with_a_reason(
    harm, error: type[DermaflowError], message: str
) -> None:
    harm()
    with pytest.raises(error, match=message):
        train.main()
    assert not paths.MODEL.exists()


@pytest.mark.usefixtures("project")
def test_whether_a_mean_is_kept_is_told_with_the_figures_that_say_so() -> None:
    scores = [{"val_loss": loss, "val_accuracy": 0.8, "val_balanced_accuracy": 0.7} for loss in (0.42, 0.43)]
    held = Average(what="networks", n=2, averaged=scores[0], single=scores[1])
    decided = Decided(
        1.0, operating_point=None, familiarity=None, validation=scores[0], clinical=None, members=(), averages=(held,)
    )
    plain = load_params("train", TrainParams)
    for balance, when in (("none", ""), ("logits", ", before logits are adjusted")):
        first = next(train.in_words(decided, plain.model_copy(update={"balance": balance})))
        assert first.startswith(f"the mean over 2 networks on the validation images{when}: loss 0.420, ")
        assert first.endswith("; the first alone: loss 0.430, accuracy 0.800, balanced accuracy 0.700: kept")
