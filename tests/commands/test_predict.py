"""`dermaflow predict` on a folder of its own, with a real model."""

import contextlib
import io
import os
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.commands.predict import predict
from dermaflow.core.clinical import COLUMNS
from dermaflow.core.errors import DermaflowError, SourceError
from dermaflow.model.bundle import load_bundle
from dermaflow.model.card import Card, ClinicalUse, Data, Input, OperatingPoint, read_card, write_card
from tests.drawn_onnx import write_linear_onnx

CLASSES = ("actinic keratosis", "melanoma", "nevus")


@pytest.fixture(scope="module")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    write_linear_onnx(np.diag([25.5, 25.5, 25.5]), np.zeros(3), 16, folder / "model.onnx")  # red, green or blue
    none: dict[str, int] = {}
    card = Card(
        fingerprint="f" * 64,
        phantom=True,
        classes=CLASSES,
        input=Input(image_size_px=16),
        architecture="cnn",
        n_parameters=12,
        seed=7,
        params={"validate": {"min_side_px": 32}},
        data=Data(fingerprint="d" * 64, sources=none, train=none, copies=none, validation=none),
        best_epoch=1,
        epochs=1,
        operating_point=OperatingPoint(
            diagnosis="melanoma", min_sensitivity=0.95, threshold=0.3, sensitivity=1.0, specificity=0.5, n=4
        ),
        versions={},
    )
    write_card(card, folder / "card.json")
    return folder


@pytest.fixture(scope="module")
def informed_folder(bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model, to which old age speaks for melanoma."""
    folder = tmp_path_factory.mktemp("informed")
    evidence = np.zeros((len(COLUMNS), 3))
    evidence[COLUMNS.index("age_80"), 1] = 60.0
    write_linear_onnx(np.diag([25.5, 25.5, 25.5]), np.zeros(3), 16, folder / "model.onnx", evidence)
    use = ClinicalUse(columns=COLUMNS, strength=1.0, n=3, stated={"age": 3, "sex": 0, "site": 0}, image_alone={})
    knowing = {"train": {"clinical": ["age"]}}
    write_card(
        read_card(bundle_folder / "card.json").model_copy(update={"clinical": use, "params": knowing}),
        folder / "card.json",
    )
    return folder


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """red.jpg, sub/green (1).png, sub/notes.txt, and hidden files."""
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    (folder / ".cache").mkdir()
    Image.new("RGB", (20, 30), "red").save(folder / "red.jpg")
    Image.new("RGB", (20, 30), "lime").save(folder / "sub" / "green (1).png")
    (folder / "sub" / "notes.txt").write_text("no image")
    (folder / ".hidden.jpg").touch()
    (folder / ".cache" / "thumbnail.jpg").touch()
    return folder


def test_a_folder_gives_a_row_a_file_with_probabilities_or_a_reason(
    images: Path, bundle_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predict([images], bundle_folder, tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert list(table.columns) == [
        "image_id",
        "file",
        "predicted",
        *(f"p_{name}" for name in CLASSES),
        "melanoma_suspected",
        "distance",
        "error",
        "remark",
    ]
    assert list(table["image_id"]) == ["red", "green (1)", "notes"]
    assert list(table["predicted"]) == ["actinic keratosis", "melanoma", ""]
    assert list(table["error"]) == ["", "", "not an image: no decoder knows these bytes"]
    assert list(table["melanoma_suspected"]) == ["no", "yes", ""]
    assert list(table["distance"]) == ["0.500", "0.500", ""]
    assert table["file"][1] == str(images / "sub" / "green (1).png")
    expected = next(load_bundle(bundle_folder).predict_files([images / "red.jpg"]))[1]
    np.testing.assert_allclose([float(table[f"p_{name}"][0]) for name in CLASSES], expected, atol=1e-6)
    told = capsys.readouterr()
    assert told.out == ""
    assert "2 images predicted, 1 unreadable" in told.err
    assert "this model was trained on PHANTOM images: it says nothing about skin" in told.err


def test_what_training_would_not_have_used_has_a_remark_and_is_counted(
    bundle_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator = np.random.default_rng(0)
    folder = tmp_path / "mixed"
    folder.mkdir()
    grain = generator.normal(0, 30, (20, 20, 1)).repeat(2, axis=0).repeat(2, axis=1)
    skin = np.clip(np.array([190, 140, 120]) + grain, 0, 255).astype(np.uint8)
    for name, pixels in (("a grey", skin[..., 0]), ("b grey", skin[..., 1]), ("c fine", skin), ("d small", skin[:31])):
        Image.fromarray(pixels).save(folder / f"{name}.png")
    Image.new("RGB", (40, 40), "red").save(folder / "e flat.png")
    (folder / "f broken.png").touch()
    predict([folder], bundle_folder, tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    said = ["no colour", "no colour", "", "a side that is too short", "one shade only", ""]
    assert list(table["remark"]) == said
    assert all(table["predicted"][:5])
    told = capsys.readouterr().err
    assert "2 images have no colour: the model has not learnt from such" in told
    assert "1 image has a side that is too short: the model has not learnt from such" in told


def test_a_file_name_of_another_encoding_is_written_with_backslashes(bundle_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    name = os.fsdecode(b"caf\xe9.png")
    Image.new("RGB", (40, 40), "red").save(tmp_path / "images" / name)
    predict([tmp_path / "images"], bundle_folder, tmp_path / "out.csv")
    assert list(pd.read_csv(tmp_path / "out.csv")["image_id"]) == [r"caf\udce9"]
    with (tmp_path / "latin.csv").open("w", encoding="ascii") as stream, contextlib.redirect_stdout(stream):
        predict([tmp_path / "images"], bundle_folder, None)
    assert r"caf\udce9.png" in (tmp_path / "latin.csv").read_text(encoding="ascii")


def test_without_a_file_the_rows_go_to_the_terminal_and_nothing_else_does(
    images: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predict([images / "red.jpg", images / "red.jpg"], bundle_folder, None)
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(table["image_id"]) == ["red", "red"]
    assert list(table["remark"]) == ["a side that is too short"] * 2


def test_a_link_that_leads_nowhere_has_a_row_that_says_so(images: Path, bundle_folder: Path, tmp_path: Path) -> None:
    (images / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (images / "loop").symlink_to(images / "loop")
    predict([images, images / "gone.jpg"], bundle_folder, tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert list(table["image_id"]) == ["gone", "loop", "red", "green (1)", "notes", "gone"]
    assert list(table["error"][[0, 5]]) == ["No such file or directory"] * 2
    assert table["error"][1] == "Too many levels of symbolic links"


def test_a_link_is_followed_and_a_pipe_is_written_to(images: Path, bundle_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    predict([images], bundle_folder, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        predict([images], bundle_folder, pipe)
        said, _ = reader.communicate(timeout=60)
    assert pipe.is_fifo()
    assert said == (tmp_path / "real.csv").read_text() != "old"


def test_a_folder_in_place_of_the_file_is_refused_before_any_work(images: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected a file to write the predictions to, found a folder"):
        predict([images], tmp_path / "no bundle", tmp_path)


def test_a_missing_path_is_named_before_any_work(images: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"not found: .*nowhere\.jpg"):
        predict([images, tmp_path / "nowhere.jpg"], tmp_path / "no bundle", None)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="found no file in"):
        predict([tmp_path / "empty"], tmp_path, None)


def test_a_failure_leaves_the_old_file(images: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("the old one")
    with pytest.raises(DermaflowError, match=r"card\.json is missing"):
        predict([images], tmp_path / "no bundle", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "the old one"


def test_what_a_table_states_goes_with_the_image_of_that_name(
    images: Path, informed_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "people.csv"
    table.write_text("image,age_approx,sex,dx\nred,85,female,biopsy pending\nsomeone else,20,male,nv\n")
    predict([images], informed_folder, tmp_path / "out.csv", [str(table)])
    told = pd.read_csv(tmp_path / "out.csv", keep_default_na=False).set_index("image_id")["predicted"]
    assert told.to_dict() == {"red": "melanoma", "green (1)": "melanoma", "notes": ""}
    assert "stated beside the image, of 3 files: age 1\n" in capsys.readouterr().err
    predict([images], informed_folder, tmp_path / "out.csv")
    assert pd.read_csv(tmp_path / "out.csv")["predicted"][0] == "actinic keratosis"
    assert "its threshold was set with them: --clinical TABLE states them" in capsys.readouterr().err


def test_a_model_of_the_image_alone_says_that_the_table_is_for_nothing(
    images: Path, bundle_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("image,age\nred,85\n")
    predict([images], bundle_folder, tmp_path / "out.csv", [str(tmp_path / "people.csv")])
    assert "what is stated changes nothing" in capsys.readouterr().err
    with pytest.raises(SourceError, match=r"nowhere\.csv"):
        predict([images], bundle_folder, tmp_path / "out.csv", [str(tmp_path / "nowhere.csv")])
