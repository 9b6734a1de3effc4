"""Law 1: a stage turns files into files, and one name ties everything."""

from pathlib import Path

import grimp
import pytest
from ruamel.yaml import YAML

from dermaflow.core import paths
from dermaflow.core.params import SECTIONS
from dermaflow.quality.measurements import COMPARES, MEASURES

ROOT = Path(__file__).parents[2]
DVC = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text())
STAGES = DVC["stages"]
CHANGE_NO_MEASUREMENT = {f"dermaflow.core.{name}" for name in ("errors", "files", "parallel")} | {"dermaflow.core"}
NOT_LISTED = ("dermaflow.core.paths", "dermaflow.core.errors", "dermaflow.tracking")


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("dermaflow", cache_dir=None)


def outputs(stage: str) -> list[str]:
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in STAGES[stage].get(kind, [])]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def source_file(module: str) -> str | None:
    path = Path("src", *module.split(".")).with_suffix(".py")
    return str(path) if (ROOT / path).exists() else None  # None: a package, whose __init__ is a docstring


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_its_file_its_parameters_its_folder_and_its_test(stage):
    assert (ROOT / f"src/dermaflow/stages/{stage}.py").exists()
    assert (ROOT / f"tests/stages/test_{stage}.py").exists()
    assert STAGES[stage]["cmd"] == f"python -m dermaflow.stages.{stage}"
    assert stage in STAGES[stage]["params"]
    assert stage in YAML(typ="safe").load((ROOT / "params.yaml").read_text())
    assert {Path(output).parts[1] for output in outputs(stage)} == {stage}
    assert {Path(output).parts[0] for output in outputs(stage)} <= {"data", "models", "reports"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_every_module_that_it_imports(stage, imports):
    module = f"dermaflow.stages.{stage}"
    needed = {module, *imports.find_upstream_modules(module)}
    files = {source_file(each) for each in needed if not each.startswith(NOT_LISTED)} - {None}
    listed = {dependency for dependency in STAGES[stage]["deps"] if dependency.startswith("src/")}
    assert sorted(listed) == sorted(files), f"dvc.yaml: set the deps of {stage} to this list"


def test_the_sections_of_the_parameters_are_the_stages_and_the_promotion():
    assert (*STAGES, "promote") == SECTIONS


def test_every_stage_file_is_a_stage_of_dvc():
    files = {path.stem for path in (ROOT / "src/dermaflow/stages").glob("[!_]*.py")}
    assert files == set(STAGES)


def test_no_stage_reads_what_no_stage_writes():
    written = {output for stage in STAGES for output in outputs(stage)}
    for stage, description in STAGES.items():
        read = {dependency for dependency in description["deps"] if not dependency.startswith("src/")}
        assert read <= written, stage


def test_a_training_is_out_of_date_where_its_weights_are_others():
    """It reads the weights themselves, which DVC does not see, and not this file."""
    assert str(paths.WEIGHTS) in outputs("ingest")
    assert str(paths.WEIGHTS) in STAGES["train"]["deps"]


@pytest.mark.parametrize(("asked", "told"), [("facts", MEASURES), ("duplicates", COMPARES)])
def test_what_was_measured_before_counts_only_for_the_code_that_measured_it(imports, asked, told):
    module = f"dermaflow.quality.{asked}"
    needed = {module, *imports.find_upstream_modules(module)} - CHANGE_NO_MEASUREMENT
    files = {f"{name.removeprefix('dermaflow.').replace('.', '/')}.py" for name in needed}
    assert files <= set(told)
    assert all((ROOT / "src/dermaflow" / file).is_file() for file in told)
