"""The bundle as it is loaded, called and served."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.clinical import encoded
from dermaflow.core.errors import DermaflowError, ImageError
from dermaflow.core.images import load_rgb
from dermaflow.core.parallel import cores
from dermaflow.model.bundle import GROUPS_AHEAD, Bundle, load_bundle
from dermaflow.model.card import write_card
from dermaflow.model.pixels import Labelled
from dermaflow.model.session import GROUP
from tests.drawn_onnx import write_linear_onnx


def test_files_bytes_and_arrays_give_the_same_probabilities(bundle: Bundle, jpegs: list[Path]) -> None:
    scores = bundle.predict(np.stack([load_rgb(file, 24) for file in jpegs]))
    arrays = scores.probabilities
    assert (arrays.shape, scores.distance.shape) == ((6, 2), (6,))
    assert arrays.dtype == np.float64
    np.testing.assert_allclose(arrays.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(
        bundle.predict_bytes([file.read_bytes() for file in jpegs]).probabilities, arrays, atol=1e-6
    )
    for file, (path, probabilities, distance, error, _) in zip(jpegs, bundle.predict_files(jpegs), strict=True):
        assert (path, error) == (file, "")
        assert distance == pytest.approx(scores.distance[jpegs.index(file)])
        np.testing.assert_allclose(probabilities, arrays[jpegs.index(file)], atol=1e-6)


def test_an_unreadable_file_says_why_and_the_others_keep_their_own_probabilities(
    bundle: Bundle, jpegs: list[Path], tmp_path: Path
) -> None:
    alone = dict.fromkeys(jpegs)
    for path, probabilities, *_ in bundle.predict_files(jpegs):
        alone[path] = probabilities
    broken, empty, missing = tmp_path / "broken.jpg", tmp_path / "empty.jpg", tmp_path / "missing.jpg"
    broken.write_bytes(jpegs[0].read_bytes()[:-200])
    empty.touch()
    mixed = [jpegs[0], broken, empty, jpegs[1], missing, jpegs[2]]
    for path, probabilities, distance, error, _ in bundle.predict_files(mixed):
        if path in alone:
            np.testing.assert_allclose(probabilities, alone[path], atol=1e-6)
        else:
            assert (probabilities, distance) == (None, None)
            assert {"broken.jpg": "truncated", "empty.jpg": "empty file", "missing.jpg": "No such file"}[
                path.name
            ] in error


def test_what_is_stated_goes_with_its_own_image(
    bundle: Bundle, informed: Bundle, jpegs: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_text("no image")
    files = [jpegs[0], tmp_path / "broken.jpg", *jpegs[1:]]
    clinical = encoded(["", "80", "80", "", "", "20", "50"], [""] * 7, [""] * 7)
    alone = [said.probabilities for said in bundle.predict_files(files)]
    told = [said.probabilities for said in informed.predict_files(files, clinical=clinical)]
    assert told[1] is None
    for place, raised in ((0, 0), (2, 6), (3, 0), (4, 0), (5, 0), (6, 3)):
        assert told[place] is not None
        expected = np.log(alone[place][0] / alone[place][1]) + raised
        assert np.log(told[place][0] / told[place][1]) == pytest.approx(expected, abs=1e-4)
    readable = np.delete(clinical, 1, axis=0)
    every = informed.predict_all(jpegs, readable)
    np.testing.assert_allclose(every.probabilities, [row for row in told if row is not None], atol=1e-6)
    as_bytes = informed.predict_bytes([file.read_bytes() for file in jpegs], readable)
    np.testing.assert_allclose(as_bytes.probabilities, every.probabilities, atol=1e-6)
    np.testing.assert_allclose(bundle.predict_all(jpegs, readable).probabilities, bundle.predict_all(jpegs)[0])


def test_all_or_none_of_files_are_scored(bundle: Bundle, jpegs: list[Path], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_text("no image")
    assert bundle.predict_all(jpegs).distance.shape == (6,)
    with pytest.raises(ImageError, match=r"1 of 7 accepted images cannot be read.*\n.*broken\.jpg: not an image"):
        bundle.predict_all([*jpegs, tmp_path / "broken.jpg"])


def test_a_card_that_states_other_things_is_refused(informed: Bundle, folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    write_card(informed.card, copy / "card.json")
    with pytest.raises(DermaflowError, match="do not belong together"):
        load_bundle(copy)  # the card takes what is stated, the model does not
    assert informed.card.clinical is not None
    other = informed.card.clinical.model_copy(update={"columns": ("age",)})
    write_card(informed.card.model_copy(update={"clinical": other}), copy / "card.json")
    write_linear_onnx(np.zeros((3, 2)), np.zeros(2), 24, copy / "model.onnx", np.zeros((1, 2)))
    with pytest.raises(DermaflowError, match=r"the model takes age; this version states age_20, .*train it again"):
        load_bundle(copy)


def test_each_image_that_can_be_decoded_is_looked_at_in_its_own_size(
    bundle: Bundle, jpegs: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_text("no image")
    files = [jpegs[0], tmp_path / "broken.jpg", *jpegs[1:], jpegs[1]]
    remarks = [said.remark for said in bundle.predict_files(files, look=lambda image: f"{image.shape}")]
    large, small = "(30, 40, 3)", "(24, 24, 3)"
    assert remarks == [small, "", large, small, large, small, large, large]


def test_nothing_in_gives_nothing_out(bundle: Bundle) -> None:
    assert bundle.predict_bytes([]).probabilities.shape == (0, 2)
    assert bundle.predict(np.zeros((0, 24, 24, 3), dtype=np.uint8)).distance.shape == (0,)
    assert list(bundle.predict_files([])) == []


def test_images_of_another_shape_or_range_are_refused(bundle: Bundle, train: Labelled) -> None:
    with pytest.raises(ValueError, match=r"expected uint8 \(n, 24, 24, 3\), received uint8 \(20, 12, 24, 3\)"):
        bundle.predict(train.inputs[:, :12])
    with pytest.raises(ValueError, match="received float64"):
        bundle.predict(train.inputs / 255)


@pytest.mark.parametrize("name", ["model.onnx", "card.json"])
def test_a_folder_that_lacks_a_part_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / name).unlink()
    with pytest.raises(DermaflowError, match=rf"{name} is missing: expected model\.onnx and card\.json"):
        load_bundle(copy)


def test_a_corrupt_model_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:100])
    with pytest.raises(DermaflowError, match=r"model\.onnx: expected an ONNX model"):
        load_bundle(copy)


def test_a_card_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps({**card, "classes": ["dermatofibroma", "melanoma", "nevus"]}))
    with pytest.raises(DermaflowError, match="do not belong together"):
        load_bundle(copy)


def test_scoring_and_serving_import_neither_keras_nor_tensorflow(folder: Path, jpegs: list[Path]) -> None:
    program = (
        "import sys; from pathlib import Path; from dermaflow.model.served import _load_pyfunc; "
        f"list(_load_pyfunc({str(folder)!r}).bundle.predict_files([Path({str(jpegs[0])!r})])); "
        "print({'keras', 'tensorflow', 'onnx', 'tf2onnx', 'mlflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_no_more_files_are_taken_than_are_needed_and_all_come_in_order(bundle: Bundle, jpegs: list[Path]) -> None:
    taken = 0

    def many() -> Iterator[Path]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield jpegs[number % 6]

    said = bundle.predict_files(many())
    assert [next(said).file for _ in range(40)] == [jpegs[number % 6] for number in range(40)]
    assert taken <= 40 + GROUP * (GROUPS_AHEAD * cores() + 1)


def test_any_common_image_file_is_served(bundle: Bundle) -> None:
    picture = Image.fromarray(np.full((30, 40, 3), 90, dtype=np.uint8))
    files = []
    for mode, kind in (("RGB", "JPEG"), ("L", "PNG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("P", "GIF"), ("1", "BMP")):
        stream = io.BytesIO()
        picture.convert(mode).save(stream, kind)
        files.append(stream.getvalue())
    assert bundle.predict_bytes(files).probabilities.shape == (6, 2)


def test_bytes_that_are_no_image_are_refused_with_their_place(bundle: Bundle, jpegs: list[Path]) -> None:
    with pytest.raises(ImageError, match="image 1: not an image"):
        bundle.predict_bytes([jpegs[0].read_bytes(), b"no image"])
