"""The section train: what is refused."""

import json
from pathlib import Path

import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.model.params import TrainParams

ROOT = Path(__file__).parents[2]


def test_the_params_of_the_project_are_accepted() -> None:
    assert load_params("train", TrainParams, ROOT / "params.yaml").architecture == "cnn"


def test_a_key_without_a_value_freezes_nothing(tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text()
    assert text.count("frozen_through: block_12_add") == 1
    (tmp_path / "params.yaml").write_text(text.replace("frozen_through: block_12_add", "frozen_through:"))
    assert load_params("train", TrainParams, tmp_path / "params.yaml").frozen_through == ""


def test_options_of_a_network_keep_their_types(tuned: TrainParams, tmp_path: Path) -> None:
    options = {"alpha": 0.75, "depth_multiplier": 1, "minimalistic": True, "pooling": "avg"}
    (tmp_path / "params.yaml").write_text(json.dumps({"train": tuned.model_dump() | {"backbone_options": options}}))
    read = load_params("train", TrainParams, tmp_path / "params.yaml").backbone_options
    assert {name: repr(value) for name, value in read.items()} == {name: repr(value) for name, value in options.items()}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("epochs", 0, "greater than or equal to 1"),
        ("dropout", 1.0, "less than 1"),
        ("filters", [16, "32"], "valid integer"),
        ("architecture", "resnet", "'cnn'"),
        ("image_size_px", 8, "filters halve 8 px to nothing"),
        ("momentum", 0.9, "unknown key"),
        ("weights", "imagenet", "expected weights none with the architecture cnn, received imagenet"),
        (
            "further_weights",
            ["imagenet"],
            "expected weights, and no none among further_weights, received none and imag",
        ),
        ("further_weights", [""], "at least 1 character"),
        ("views", 3, "1, 2, 4 or 8"),
        ("balance", "copies", "'none', 'loss', 'sampling' or 'logits'"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_name(
    params: TrainParams, tmp_path: Path, key: str, value: object, message: str
) -> None:
    section = {**params.model_dump(), "filters": [4, 8, 8, 8], key: value}
    (tmp_path / "params.yaml").write_text(json.dumps({"train": section}))
    with pytest.raises(ParamsError, match=message):
        load_params("train", TrainParams, tmp_path / "params.yaml")


def test_a_head_longer_than_the_training_is_refused(tuned: TrainParams, tmp_path: Path) -> None:
    section = tuned.model_dump() | {"head_epochs": 5, "epochs": 4}
    (tmp_path / "params.yaml").write_text(json.dumps({"train": section}))
    with pytest.raises(ParamsError, match="expected head_epochs of at most epochs"):
        load_params("train", TrainParams, tmp_path / "params.yaml")


def test_what_is_cached_needs_weights_a_cut_and_images_that_stay_as_they_are(tuned: TrainParams) -> None:
    assert tuned.cached
    for change in ({"weights": "none"}, {"frozen_through": ""}, {"cache_trunk": False}, {"on_the_fly": True}):
        assert not tuned.model_copy(update=change).cached
