"""The section train: what is refused."""

from pathlib import Path

import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.model.params import TrainParams

ROOT = Path(__file__).parents[2]


def test_the_params_of_the_project_are_accepted() -> None:
    assert load_params("train", TrainParams, ROOT / "params.yaml").architecture == "cnn"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("epochs", 0, "greater than or equal to 1"),
        ("dropout", 1.0, "less than 1"),
        ("filters", [16, "32"], "valid integer"),
        ("architecture", "resnet", "'cnn'"),
        ("image_size_px", 8, "filters halve 8 px to nothing"),
        ("momentum", 0.9, "unknown key"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_name(
    params: TrainParams, tmp_path: Path, key: str, value: object, message: str
) -> None:
    section = {**params.model_dump(), "filters": [4, 8, 8, 8], key: value}
    lines = "\n".join(f"  {name}: {content}" for name, content in section.items())
    (tmp_path / "params.yaml").write_text(f"train:\n{lines}\n")
    with pytest.raises(ParamsError, match=message):
        load_params("train", TrainParams, tmp_path / "params.yaml")
