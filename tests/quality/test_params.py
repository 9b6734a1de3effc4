from pathlib import Path

import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.quality.params import ValidateParams

PARAMS = Path(__file__).parents[2] / "params.yaml"


def test_the_section_as_it_stands_is_read():
    assert load_params("validate", ValidateParams, PARAMS).min_side_px >= 1


@pytest.mark.parametrize(
    "line",
    [
        "max_quarantined_frac: 1.5",
        "near_copy_min_likeness: 1.5",
        "tolerated_faults: [ugly]",
        "min_side_px: wide",
        "mood: 3",
    ],
)
def test_what_is_wrong_is_named(line, tmp_path):
    known = {
        "unconfirmed_labels": "use",
        "min_side_px": "32",
        "min_images_per_diagnosis": "2",
        "max_quarantined_frac": "0.3",
        "withheld_sources": "[]",
        "tolerated_faults": "[]",
        "near_copy_min_likeness": "0.97",
        "seed": "7",
    }
    key, value = line.split(": ")
    lines = [f"  {name}: {given}" for name, given in (known | {key: value}).items()]
    (tmp_path / "params.yaml").write_text("\n".join(["validate:", *lines]))

    with pytest.raises(ParamsError, match=f"validate.{key}"):
        load_params("validate", ValidateParams, tmp_path / "params.yaml")
