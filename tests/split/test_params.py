import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.split.params import SplitParams

GOOD = "split: {method: grouped, validation_frac: 0.15, test_frac: 0.2, folds: 5, fold: 0, seed: 7}"


def test_the_section_of_the_project_is_accepted(request):
    assert load_params("split", SplitParams, request.config.rootpath / "params.yaml").method in {
        "grouped",
        "official",
        "folds",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("grouped", "random"), "split.method: .*'grouped', 'official' or 'folds'"),
        (("0.15", "0"), "split.validation_frac"),
        (("0.15", "0.8"), "leave something to train on"),
        (("seed: 7", "seed: seven"), "split.seed"),
        (("seed", "sead"), "unknown key; known are method, validation_frac, test_frac, folds, fold, seed"),
        (("fold: 0", "fold: 5"), r"a fold below split\.folds \(5\), received 5"),
        (("folds: 5", "folds: 1"), "split.folds"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, change, message):
    (tmp_path / "params.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(ParamsError, match=message):
        load_params("split", SplitParams, tmp_path / "params.yaml")
