"""What paths hold is found out and written down, or nothing is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dermaflow.cli import app
from dermaflow.commands.set_params import edit_params
from dermaflow.commands.sources import sources
from dermaflow.core.errors import SourceError
from dermaflow.core.params import load_params
from dermaflow.sources.params import IngestParams

ROOT = Path(__file__).parents[2]


@pytest.fixture
def params(tmp_path, monkeypatch):
    """params.yaml as committed, beside some data."""
    monkeypatch.chdir(tmp_path)
    for file in ("my set/nevus/a.jpg", "other/my set/nevus/a.jpg", "clinic/images/x.jpg"):
        Path(file).parent.mkdir(parents=True)
        Path(file).write_bytes(b"a")
    Path("clinic/metadata.csv").write_text("image,dx\nx,nv\ny,mel\n")
    Path("truth.csv").write_text("image,MEL,NV\nb,1,0\n")
    return Path(shutil.copy(ROOT / "params.yaml", tmp_path))


def written():
    section = load_params("ingest", IngestParams)
    return [
        [value.model_dump(exclude_defaults=True) for value in values]
        for values in (section.sources, section.authorities)
    ]


@pytest.mark.usefixtures("params")
def test_what_each_path_holds_is_written_down_and_told(capsys):
    sources(["my set", "clinic", "phantom"], ["truth.csv"])
    assert written() == [
        [
            {"kind": "folder", "path": "my set"},
            {"kind": "challenge", "tables": ["clinic/metadata.csv"], "images": "clinic/images"},
            {"kind": "phantom"},
        ],
        [{"tables": ["truth.csv"]}],
    ]
    out = capsys.readouterr().out
    assert "my-set: 1 images (class folders in my set): nevus 1" in out
    assert "clinic: 1 images (clinic/metadata.csv with clinic/images): nv 1" in out
    assert "clinic: 1 images named in the tables are not there: y" in out
    assert "authority truth: 1 pictures in truth.csv" in out


def test_the_rest_of_the_file_and_its_comments_stay(params):
    before = params.read_text().splitlines()
    sources(["my set"], [])
    after = params.read_text().splitlines()
    assert [line for line in before if line not in after] == ["    - kind: phantom  # generated images"]
    assert [line for line in after if line not in before] == ["    - kind: folder", "      path: my set"]
    sources(["phantom"], [])
    sources(["phantom"], [])
    assert len(params.read_text().splitlines()) == len(before)


@pytest.mark.usefixtures("params")
def test_what_is_not_named_is_kept():
    sources(["my set"], ["truth.csv"])
    sources(["clinic/metadata.csv"], [])
    assert [len(values) for values in written()] == [1, 1]
    sources([], ["clinic/metadata.csv"])
    assert written() == [
        [{"kind": "challenge", "tables": ["clinic/metadata.csv"], "images": "clinic/images"}],
        [{"tables": ["clinic/metadata.csv"]}],
    ]


@pytest.mark.usefixtures("params")
def test_a_source_that_is_named_again_keeps_its_name_and_its_own_labels():
    own = {"kind": "folder", "path": "strange", "name": "clinic-a", "labels": {"brown spot": "nevus"}}
    Path("strange/brown spot").mkdir(parents=True)
    Path("strange/brown spot/a.jpg").write_bytes(b"a")
    Path("strange/melanoma").mkdir()
    Path("strange/melanoma/b.jpg").write_bytes(b"b")
    with pytest.raises(SourceError, match="say under `labels` what it means"):
        sources(["strange"], [])
    edit_params(lambda content: content["ingest"].update(sources=[own]))
    sources(["strange", "my set"], [])
    assert written()[0] == [own, {"kind": "folder", "path": "my set"}]
    Path("more/strange/nevus").mkdir(parents=True)
    Path("more/strange/nevus/c.jpg").write_bytes(b"c")
    sources(["strange", "more/strange"], [])
    assert written()[0] == [own, {"kind": "folder", "path": "more/strange"}]


@pytest.mark.usefixtures("params")
def test_sources_of_one_name_are_told_apart_by_the_folder_above(tmp_path):
    sources(["my set", "other/my set"], [])
    assert [source["name"] for source in written()[0]] == [f"{tmp_path.name}-my-set", "other-my-set"]


@pytest.mark.usefixtures("params")
@pytest.mark.parametrize("path", ["my set", "-set", "it's", "a: b # c", "{x}", "2024", "ü/×", "true"])
def test_a_path_of_any_kind_is_read_back_as_it_was_given(path):
    Path("my set").rename("moved")
    shutil.copytree("moved", path)
    sources([path], [])
    assert written()[0] == [{"kind": "folder", "path": path}]


@pytest.mark.parametrize(
    ("named", "authorities", "message"),
    [
        (["nowhere"], [], "nowhere: there is no such file or folder"),
        (["my set", "my set"], [], "are both named"),
        (["phantom", "phantom"], [], "are both named 'phantom-a'"),
        (["truth.csv"], [], "no folder or .zip archive of the images"),
        (["my set"], ["nowhere.csv"], r"nowhere\.csv: there is no such file"),
        (["my set"], ["truth.csv", "truth.csv"], "two authorities are named 'truth'"),
        ([], [], "received none"),
    ],
)
def test_what_cannot_be_used_leaves_the_file_as_it_was(params, named, authorities, message):
    before = params.read_bytes()
    with pytest.raises(SourceError, match=message):
        sources(named, authorities)
    assert params.read_bytes() == before


def test_an_unknown_label_is_refused_before_anything_is_written(params):
    Path("my set/mellanoma").mkdir()
    Path("my set/mellanoma/b.jpg").touch()
    before = params.read_bytes()
    done = CliRunner().invoke(app, ["sources", "my set"])
    assert done.exit_code == 1
    assert "the nearest known: melanoma" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert params.read_bytes() == before


@pytest.mark.usefixtures("params")
def test_make_run_hands_over_paths_with_blanks_and_several_authorities():
    """The recipe of the Makefile, with the flow left out."""
    lines = (ROOT / "Makefile").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if "$(if $(SOURCE)$(AUTHORITY)" in line)
    recipe = "SHELL := /bin/bash\nrun:\n" + "\n".join(lines[start : start + 2]) + "\n"
    Path("Makefile").write_text(recipe)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["make", "run", "SOURCE=my set", "AUTHORITY=truth.csv:clinic/metadata.csv"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert written() == [
        [{"kind": "folder", "path": "my set"}],
        [{"tables": ["truth.csv"]}, {"tables": ["clinic/metadata.csv"]}],
    ]
    assert subprocess.run(["make", "run"], env=environment, capture_output=True, check=False).returncode == 0
