"""The sections evaluate and promote of params.yaml as it stands, and what they refuse."""

from pathlib import Path

import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.evaluation.params import EvaluateParams, PromoteParams

PUBLIC = Path(__file__).parents[2] / "params.yaml"


def test_the_public_params_are_accepted():
    assert load_params("evaluate", EvaluateParams, PUBLIC).bootstrap_samples >= 100
    assert 0.5 <= load_params("promote", PromoteParams, PUBLIC).confidence < 1


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("evaluate: {bootstrap_samples: 10, seed: 7}", "evaluate.bootstrap_samples: .*100, received 10"),
        ("evaluate: {bootstrap_samples: 200, seed: -1}", "evaluate.seed"),
        ("evaluate: {bootstrap_samples: 200}", "evaluate.seed: this key is missing"),
        ("evaluate: {bootstrap_samples: 200, seed: 7, sead: 7}", "evaluate.sead: unknown key"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(tmp_path, section, message):
    path = tmp_path / "params.yaml"
    path.write_text(section)
    with pytest.raises(ParamsError, match=message):
        load_params("evaluate", EvaluateParams, path)


def test_a_confidence_of_one_is_refused(rules):
    values = rules.model_dump() | {"confidence": 1.0}
    with pytest.raises(ValueError, match="confidence"):
        PromoteParams.model_validate(values)
