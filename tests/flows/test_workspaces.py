"""Workspaces of a project of two short stages, run by the real DVC. What ran is told by a file that all share."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from flows import workspaces
from flows.processes import DVC, run_streamed

ROOT = Path(__file__).parents[2]
PIPELINE = """
stages:
  ingest:
    cmd: python src/ingest.py
    deps: [src/ingest.py]
    params: [ingest]
    outs:
      - data/ingest/images: {persist: true}
  train:
    cmd: python src/train.py
    deps: [src/train.py, data/ingest/images]
    params: [train]
    outs: [models/train/model.txt]
"""
STAGE = """
from pathlib import Path
from ruamel.yaml import YAML
with open("mlflow/ran.txt", "a") as file:
    print("{stage}", Path.cwd().name, file=file)
params = YAML(typ="safe").load(Path("params.yaml"))["{stage}"]
Path("{out}").parent.mkdir(parents=True, exist_ok=True)
Path("{out}").write_text(f"{word} {{params}}")
"""
PARAMS = "ingest: {seed: 7}\ntrain: {epochs: 3, weights: shared/weights.h5, further_weights: []}\n"


def stage(name, out, word):
    return STAGE.format(stage=name, out=out, word=word)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """A project whose first stage has run; the working directory."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PYTHONPATH", str(ROOT))
        for name in ("src", "mlflow", ".dvc", "shared"):
            Path(name).mkdir()
        Path(".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
        Path(".dvcignore").write_text(".cache\n")
        Path("dvc.yaml").write_text(PIPELINE)
        Path("params.yaml").write_text(PARAMS)
        Path("shared/weights.h5").write_text("weights")
        Path("src/ingest.py").write_text(stage("ingest", "data/ingest/images/A.jpg", "image by"))
        Path("src/train.py").write_text(stage("train", "models/train/model.txt", "model by"))
        run_streamed([*DVC, "repro", "-s", "ingest"], print)
        yield folder


def ran():
    return Path("mlflow/ran.txt").read_text().splitlines()


def work(folder, **train):
    changes = {f"train.{key}": value for key, value in train.items()}
    workspaces.prepare(folder, changes, ["ingest"])
    workspaces.take_over(folder, ["ingest"], print)
    return workspaces.reproduce(folder, ["train"], print)


@pytest.mark.usefixtures("ingested")
def test_a_workspace_takes_over_runs_what_is_left_and_leaves_the_checkout_alone():
    before, lock = ran(), Path("dvc.lock").read_text()
    folder = Path(".cache/spaces/first")
    work(folder, epochs=5)
    assert ran() == [*before, "train first"]
    assert "'epochs': 5" in (folder / "models/train/model.txt").read_text()
    assert "image by" in (folder / "data/ingest/images/A.jpg").read_text()
    assert not Path("models").exists()
    assert (Path("params.yaml").read_text(), Path("dvc.lock").read_text()) == (PARAMS, lock)

    work(folder, epochs=5)
    assert ran() == [*before, "train first"]  # a second time nothing is left to do

    lines = work(Path(".cache/spaces/other"), epochs=5)
    assert ran() == [*before, "train first"]  # what another workspace has made comes from DVC's cache
    assert any("is cached - skipping run" in line for line in lines)


@pytest.mark.usefixtures("ingested")
def test_whoever_edits_code_meanwhile_changes_nothing_until_it_is_prepared_again():
    folder, file = Path(".cache/spaces/edited"), Path("src/train.py")
    workspaces.prepare(folder, {"train.epochs": 9}, ["ingest"])
    before = file.read_text()
    try:
        file.write_text(stage("train", "models/train/model.txt", "other code"))
        workspaces.take_over(folder, ["ingest"], print)
        workspaces.reproduce(folder, ["train"], print)
        assert "model by" in (folder / "models/train/model.txt").read_text()
        work(folder, epochs=9)
        assert "other code" in (folder / "models/train/model.txt").read_text()
    finally:
        file.write_text(before)


def test_a_store_in_a_file_beside_the_checkout_is_the_same_one_in_a_workspace(ingested, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///other.db")
    program = 'import os; print(os.environ["MLFLOW_TRACKING_URI"], file=open("mlflow/store.txt", "w"))'
    source = Path("src/train.py").read_text()
    Path("src/train.py").write_text(f"{program}\n{source}")
    work(Path(".cache/folds/store"), epochs=9)
    Path("src/train.py").write_text(source)
    assert Path("mlflow/store.txt").read_text() == f"sqlite:///{ingested}/other.db\n"


@pytest.mark.usefixtures("ingested")
def test_a_relative_path_leads_to_the_same_file_from_the_workspace():
    folder = Path(".cache/spaces/paths")
    for file in ("shared/others.h5", "beside.h5"):
        Path(file).write_text("other weights")
    Path("first").mkdir()
    Path("first/model.keras").write_text("a model")
    for changes, name in (
        ({}, "shared/weights.h5"),
        ({"train.weights": "shared/others.h5"}, "shared/others.h5"),
        ({"train.weights": "beside.h5"}, "beside.h5"),
        ({"train.weights": "first"}, "first"),
    ):
        workspaces.prepare(folder, changes, ["ingest"])
        weights = YAML(typ="safe").load(folder / "params.yaml")["train"]["weights"]
        assert (folder / weights).resolve() == Path(name).resolve()
        assert not Path(weights).is_absolute()
    workspaces.prepare(folder, {"train.further_weights": ["imagenet", "shared/others.h5"]}, ["ingest"])
    named, file = YAML(typ="safe").load(folder / "params.yaml")["train"]["further_weights"]
    assert named == "imagenet"
    assert (folder / file).resolve() == Path("shared/others.h5").resolve()
    assert (folder / ".cache/train").resolve() == Path(".cache/train").resolve()


@pytest.mark.usefixtures("ingested")
def test_a_workspace_of_a_workspace_knows_nothing_of_what_the_checkout_has_become():
    first, second = Path(".cache/spaces/origin"), Path(".cache/spaces/deeper/second")
    workspaces.prepare(first, {"train.epochs": 11}, ["ingest"])
    Path("params.yaml").write_text(PARAMS.replace("weights.h5", "other.h5"))
    try:
        workspaces.prepare(second, {}, ["ingest"], first)
    finally:
        Path("params.yaml").write_text(PARAMS)
    train = YAML(typ="safe").load(second / "params.yaml")["train"]
    assert train["epochs"] == 11
    assert (second / train["weights"]).resolve() == Path("shared/weights.h5").resolve()
    workspaces.take_over(second, ["ingest"], print)
    assert (second / "data/ingest/images/A.jpg").exists()


def test_a_key_that_is_not_there_is_refused():
    sections = {"train": {"epochs": 3}}
    assert workspaces.changed(sections, {"train.epochs": 4}) == {"train": {"epochs": 4}}
    assert sections == {"train": {"epochs": 3}}
    with pytest.raises(KeyError, match=r"train\.epoch"):
        workspaces.changed(sections, {"train.epoch": 4})
