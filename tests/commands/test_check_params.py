import sysconfig

import pytest

from dermaflow.commands.check_params import params_file, shipped
from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params
from dermaflow.quality.params import ValidateParams


def test_anywhere_else_the_shipped_thresholds_count(tmp_path):
    assert params_file(None, tmp_path) == shipped()
    assert load_params("validate", ValidateParams, shipped()).min_side_px > 0


def test_in_a_project_its_own_thresholds_count(tmp_path):
    (tmp_path / "params.yaml").write_text("validate: {}")
    (tmp_path / "dvc.yaml").write_text("stages: {}")
    assert params_file(None, tmp_path) == tmp_path / "params.yaml"


def test_a_params_yaml_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "params.yaml").write_text("lr: 0.1")
    assert params_file(None, tmp_path) == shipped()


def test_what_is_named_counts_before_all(tmp_path):
    named = tmp_path / "strict.yaml"
    named.write_text("validate: {}")
    assert params_file(named, tmp_path) == named


def test_what_is_named_must_be_there(tmp_path):
    with pytest.raises(ParamsError, match=r"expected a params\.yaml, found nothing"):
        params_file(tmp_path / "none.yaml", tmp_path)
    with pytest.raises(ParamsError, match="found a folder"):
        params_file(tmp_path, tmp_path)


def test_an_installation_finds_what_it_brought_along_and_says_so_if_that_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "dermaflow.commands.check_params.__file__", str(tmp_path / "lib/python/site/dermaflow/commands/x.py")
    )
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    with pytest.raises(ParamsError, match="found none; name one with --params"):
        shipped()
    (tmp_path / "share/dermaflow").mkdir(parents=True)
    (tmp_path / "share/dermaflow/params.yaml").write_text("validate: {}")
    assert shipped() == tmp_path / "share/dermaflow/params.yaml"
