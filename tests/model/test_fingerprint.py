"""When two trainings are the same."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import dermaflow
from dermaflow.core.errors import TrainingError
from dermaflow.model import fingerprint
from dermaflow.model.examples import EXAMPLE_COLUMNS
from dermaflow.model.fingerprint import (
    code_digest,
    data_fingerprint,
    file_digest,
    file_digests,
    gpus,
    images_fingerprint,
    processor,
    training_fingerprint,
    trunk_fingerprint,
    weights_digest,
)
from dermaflow.model.params import TrainParams
from tests.model.conftest import LIMITS


@pytest.fixture
def examples(tmp_path: Path) -> pd.DataFrame:
    rows = []
    for number, diagnosis in enumerate(("melanoma", "nevus", "nevus")):
        file = tmp_path / f"{number}.jpg"
        file.write_bytes(bytes([number]))
        rows.append((str(number), "0", diagnosis, "train", str(file), "", "40", "", ""))
    return pd.DataFrame(rows, columns=list(EXAMPLE_COLUMNS))


def of_data(examples: pd.DataFrame) -> str:
    return data_fingerprint(examples, file_digests(examples))


def of_images(examples: pd.DataFrame) -> str:
    return images_fingerprint(examples, file_digests(examples))


def test_what_frozen_layers_give_stands_in_the_order_of_the_images_whatever_is_said_of_them(
    examples: pd.DataFrame,
) -> None:
    before = of_images(examples)
    assert of_images(examples.assign(diagnosis="nevus", age="", site="back")) == before
    assert of_images(examples[::-1]) != before
    assert of_images(examples.assign(partition=["validation", "train", "train"])) != before
    Path(examples.loc[0, "file"]).write_bytes(b"x")
    assert of_images(examples) != before


def test_the_order_of_the_images_does_not_matter(examples: pd.DataFrame) -> None:
    assert of_data(examples[::-1]) == of_data(examples)


@pytest.mark.parametrize(
    ("column", "value"), [("diagnosis", "dermatofibroma"), ("partition", "validation"), ("copy", "1"), ("age", "45")]
)
def test_another_label_partition_or_copy_is_another_data_set(examples: pd.DataFrame, column: str, value: str) -> None:
    changed = examples.copy()
    changed.loc[0, column] = value
    assert of_data(changed) != of_data(examples)


def test_one_changed_byte_is_another_data_set(examples: pd.DataFrame) -> None:
    before = of_data(examples)
    Path(examples.loc[0, "file"]).write_bytes(b"x")
    assert of_data(examples) != before


def test_changed_code_is_noticed_where_it_decides_the_training_and_only_there(tmp_path: Path) -> None:
    package = tmp_path / "dermaflow"
    shutil.copytree(Path(dermaflow.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    assert code_digest(package) == code_digest()
    (package / "cli_of_another_room.py").write_text("")
    assert code_digest(package) == code_digest()
    (package / "model" / "scores.py").write_text("")
    assert code_digest(package) != code_digest()


def test_each_parameter_makes_another_training(params: TrainParams) -> None:
    none = {"none": "none"}
    same = training_fingerprint(params, "data", "code", none)
    assert same == training_fingerprint(params.model_copy(), "data", "code", none)
    assert same != training_fingerprint(params.model_copy(update={"seed": 8}), "data", "code", none)
    assert same != training_fingerprint(params, "other data", "code", none)
    assert same != training_fingerprint(params, "data", "other code", none)
    assert same != training_fingerprint(params, "data", "code", {"none": "other weights"})
    varied = training_fingerprint(params, "data", "code", none, LIMITS)
    assert varied != same
    assert varied != training_fingerprint(
        params, "data", "code", none, LIMITS.model_copy(update={"max_rotation_deg": 9})
    )


@pytest.mark.parametrize(("other", "found"), [("cores", 64), ("gpus", ["NVIDIA H100"])])
def test_on_more_processors_or_a_gpu_it_is_another_training(
    params: TrainParams, monkeypatch: pytest.MonkeyPatch, other: str, found: object
) -> None:
    """TensorFlow divides sums among processors: one and two of them train other weights."""
    here = training_fingerprint(params, "data", "code", {"none": "none"})
    monkeypatch.setattr(fingerprint, other, lambda: found)
    assert training_fingerprint(params, "data", "code", {"none": "none"}) != here


def test_gpus_are_named_by_their_driver_unless_they_are_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for bus, model in (("0000:01:00.0", "NVIDIA H200"), ("0000:02:00.0", "NVIDIA A10")):
        (tmp_path / bus).mkdir()
        (tmp_path / bus / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 42\n")
    assert gpus(tmp_path) == ["NVIDIA A10", "NVIDIA H200"]
    assert gpus(tmp_path / "no driver") == []
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert gpus(tmp_path) == []


@pytest.mark.parametrize("other", ["_LIBRARIES", "_NAMING_A_PROCESSOR"])
def test_on_other_libraries_or_another_processor_it_is_another_training(
    params: TrainParams, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    here = training_fingerprint(params, "data", "code", {"none": "none"})
    processor.cache_clear()
    monkeypatch.setattr(fingerprint, other, ())  # as if nothing were known of it
    assert training_fingerprint(params, "data", "code", {"none": "none"}) != here
    processor.cache_clear()


def test_a_processor_is_named_once_however_many_it_has(tmp_path: Path) -> None:
    one = "processor\t: {}\nvendor_id\t: GenuineIntel\nmodel\t\t: 143\ncpu MHz\t\t: {}\n"
    (tmp_path / "cpuinfo").write_text(one.format(0, 2100.5) + one.format(1, 1999.1))
    assert processor(tmp_path / "cpuinfo") == ["model\t\t: 143", "vendor_id\t: GenuineIntel"]
    assert processor(tmp_path / "absent")


def test_weights_count_by_their_content_and_not_by_where_they_lie(tuned: TrainParams, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.weights.h5"
    shutil.copyfile(tuned.weights, elsewhere)
    moved = tuned.model_copy(update={"weights": str(elsewhere)})
    assert weights_digest(moved.weights) == weights_digest(tuned.weights) == file_digest(elsewhere)
    assert weights_digest("imagenet") == "imagenet"
    further = tuned.model_copy(update={"further_weights": [str(elsewhere)]})
    digests = {tuned.weights: "a", str(elsewhere): "b"}
    same = training_fingerprint(further, "data", "code", digests)
    assert same != training_fingerprint(tuned, "data", "code", digests)
    assert same != training_fingerprint(further, "data", "code", digests | {str(elsewhere): "c"})
    placed = tuned.model_copy(update={"further_weights": ["moved"]})
    assert same == training_fingerprint(placed, "data", "code", {tuned.weights: "a", "moved": "b"})


def test_a_missing_weights_file_is_told_before_anything_is_decoded() -> None:
    with pytest.raises(
        TrainingError,
        match=r"expected none, imagenet, a Keras weights file or the folder of a model, received absent\.h5",
    ):
        weights_digest("absent.h5")


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ({"learning_rate": 0.01, "epochs": 9, "seed": 8, "views": 8, "members": 3, "clinical": ["age"]}, True),
        ({"frozen_through": "block_1_project_BN"}, False),
        ({"image_size_px": 48}, False),
        ({"mixed_precision": False}, False),
        ({"backbone_options": {"alpha": 0.5}}, False),
    ],
)
def test_trainings_share_what_frozen_layers_give_unless_that_depends_on_what_differs(
    tuned: TrainParams,
    change: dict[str, object],
    shared: bool,  # noqa: FBT001 - a case
) -> None:
    of = tuned.model_copy(update=change)
    assert (trunk_fingerprint(of, "data", "code", "w") == trunk_fingerprint(tuned, "data", "code", "w")) is shared
    for other in (("other", "code", "w"), ("data", "other", "w"), ("data", "code", "other")):
        assert trunk_fingerprint(of, *other) != trunk_fingerprint(of, "data", "code", "w")
