"""The stage ingest on real files: what comes in, what stays, what a failure leaves behind."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from ruamel.yaml import YAML

from dermaflow.core import paths
from dermaflow.core.errors import SourceError
from dermaflow.core.lesions import INGESTED_COLUMNS, is_phantom, read_table
from dermaflow.stages import ingest

PHANTOM = {
    "lesions": 12,
    "image_size_px": 32,
    "seed": 1,
    "byte_copies": 1,
    "near_copies": 1,
    "contradictions": 1,
    "truncated": 1,
}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """An empty project whose source is `source/`."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    set_source("../source")


def set_source(source, **phantom):
    entry = {"kind": "phantom"} if source == "phantom" else {"kind": "folder", "path": source}
    with paths.PARAMS.open("w") as file:
        YAML().dump({"ingest": {"sources": [entry], "authorities": [], "phantom": PHANTOM | phantom}}, file)


def put(file, colour, kind=None):
    """An image of one colour, distinct for every colour."""
    path = Path("../source") / file
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 40), colour).save(path, kind)


def table():
    return read_table(paths.INGESTED, INGESTED_COLUMNS)


def filed():
    return {row.file: (row.image_id, row.diagnosis) for row in table().itertuples()}


def tree():
    """Every file of the stage's outputs with its content."""
    return {str(path): path.read_bytes() for path in Path("data").rglob("*") if path.is_file()}


def run(**options):
    command = [sys.executable, "-m", "dermaflow.stages.ingest"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, **options)


def test_every_filing_is_a_row_and_every_image_is_stored_once_as_found():
    put("Train/nevus/a.jpg", "red")
    put("Train/nevus/a (1).jpg", "red")
    put("Train/melanoma/a.jpg", "red")
    put("Test/melanoma/b c.png", "blue")
    put("Train/nevus/d.webp", "green")
    ingest.main()
    rows = table()
    assert filed() == {
        "Test/melanoma/b c.png": ("b_c", "melanoma"),
        "Train/melanoma/a.jpg": ("a", "melanoma"),
        "Train/nevus/a (1).jpg": ("a", "nevus"),
        "Train/nevus/a.jpg": ("a", "nevus"),
        "Train/nevus/d.webp": ("d", "nevus"),
    }
    assert sorted(path.name for path in paths.INGESTED_IMAGES.iterdir()) == ["a.jpg", "b_c.jpg", "d.jpg"]
    for row in rows.itertuples():
        data = paths.ingested_image(row.image_id).read_bytes()
        assert data == Path("../source", row.file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row.sha256
    assert rows["official_partition"].tolist() == ["test", *["train"] * 4]
    assert set(rows["source"]) == {"source"}
    assert not is_phantom(rows)


def test_a_run_with_nothing_new_changes_no_file(capsys):
    put("nevus/a.jpg", "red")
    ingest.main()
    before = {path: path.stat() for path in [*Path().rglob("*")] if path.is_file()}
    ingest.main()
    assert {path: path.stat() for path in [*Path().rglob("*")] if path.is_file()} == before
    assert "1 files offered: 0 added, 0 changed, 0 removed, 1 kept" in capsys.readouterr().out


def test_added_changed_relabelled_and_removed_files_are_followed(capsys):
    for name, colour in (("stays", "red"), ("changes", "blue"), ("moves", "green"), ("goes", "grey")):
        put(f"nevus/{name}.jpg", colour)
    ingest.main()
    put("nevus/changes.jpg", "black")
    put("melanoma/comes.jpg", "white")
    Path("../source/nevus/goes.jpg").unlink()
    Path("../source/nevus/moves.jpg").rename("../source/melanoma/moves.jpg")
    capsys.readouterr()
    ingest.main()
    assert filed()["melanoma/moves.jpg"] == ("moves", "melanoma")
    assert not paths.ingested_image("goes").exists()
    assert paths.ingested_image("changes").read_bytes() == Path("../source/nevus/changes.jpg").read_bytes()
    out = capsys.readouterr().out
    assert "4 files offered: 2 added, 1 changed, 2 removed, 1 kept" in out
    assert "4 images stored, 1 no longer offered and removed" in out


def test_the_content_known_first_keeps_its_id_when_another_arrives():
    put("nevus/x.jpg", "red")
    ingest.main()
    put("melanoma/x.jpg", "blue")
    ingest.main()
    digest = hashlib.sha256(Path("../source/melanoma/x.jpg").read_bytes()).hexdigest()
    assert filed() == {
        "melanoma/x.jpg": (f"x_{digest[:8]}", "melanoma"),
        "nevus/x.jpg": ("x", "nevus"),
    }


def test_what_is_no_image_is_kept_as_found():
    put("nevus/a.jpg", "red")
    Path("../source/nevus/empty.jpg").touch()
    Path("../source/nevus/notes.txt").write_text("no image")
    ingest.main()
    assert paths.ingested_image("empty").read_bytes() == b""
    assert paths.ingested_image("notes").read_bytes() == b"no image"
    assert len(table()) == 3


@pytest.mark.parametrize("files", [[], ["wart/a.jpg"]])
def test_a_bad_source_stops_the_stage_and_leaves_the_data_as_they_are(files):
    put("nevus/a.jpg", "red")
    ingest.main()
    before = tree()
    Path("../source").rename("../gone")
    for file in files:
        put(file, "red")
    with pytest.raises(SourceError):
        ingest.main()
    assert tree() == before


def test_the_result_does_not_depend_on_the_index_or_on_what_was_there_before():
    set_source("phantom")
    ingest.main()
    clean = tree()
    paths.INGEST_INDEX.unlink()
    paths.ingested_image("PHANTOM_0000000_0").unlink()
    (paths.INGESTED_IMAGES / ".left-over.jpg").touch()
    ingest.main()
    assert tree() == clean


def test_phantoms_have_their_faults_and_stay_phantoms_when_exported():
    set_source("phantom")
    ingest.main()
    rows = table()
    assert is_phantom(rows)
    assert rows["image_id"].str.startswith("PHANTOM_").all()
    assert rows["image_id"].duplicated().sum() == 1  # the contradiction
    assert rows.drop_duplicates("image_id")["sha256"].duplicated().sum() == 1  # the byte copy
    put("nevus/real.jpg", "red")
    Path("../source/nevus/renamed.jpg").write_bytes(paths.ingested_image("PHANTOM_0000005_0").read_bytes())
    set_source("../source")
    ingest.main()
    sources = dict(zip(table()["image_id"], table()["source"], strict=True))
    assert sources == {"real": "source", "renamed": "phantom-source"}


def test_a_changed_seed_draws_again_and_more_lesions_only_add(capsys):
    set_source("phantom")
    ingest.main()
    before = table()
    set_source("phantom", lesions=20)
    capsys.readouterr()
    ingest.main()
    assert f"0 changed, 0 removed, {len(before)} kept" in capsys.readouterr().out
    set_source("phantom", seed=2)
    ingest.main()
    assert set(before["sha256"]).isdisjoint(table()["sha256"])


def test_a_full_disk_leaves_nothing_half_written():
    set_source("phantom", image_size_px=200)
    limit = 4_000  # bytes a file: no image fits
    small = run(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert small.returncode == 1
    assert small.stderr.startswith("error: ")
    assert "Traceback" not in small.stderr
    assert not [name for name in tree() if not Path(name).name.startswith(".")]
    assert run().returncode == 0
    after = tree()
    assert not [name for name in after if Path(name).name.startswith(".")]
    assert len(after) == table()["image_id"].nunique() + 1


def test_a_place_that_cannot_be_written_is_an_error_of_one_line():
    put("nevus/a.jpg", "red")
    Path("data").write_text("a file where a folder must be")
    result = run()
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_a_killed_run_is_completed_by_the_next_one():
    set_source("phantom", lesions=40, image_size_px=128)
    command = [sys.executable, "-m", "dermaflow.stages.ingest"]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while len(list(paths.INGESTED_IMAGES.glob(".*"))) < 10 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not paths.INGESTED.exists()
    ingest.main()
    resumed = tree()
    for file in [*Path("data").rglob("*.*"), paths.INGEST_INDEX]:
        file.unlink(missing_ok=True)
    ingest.main()
    assert tree() == resumed


@pytest.mark.real
def test_isic9_comes_in_whole_and_a_second_run_touches_nothing(isic9):
    set_source(str(isic9))
    ingest.main()
    rows = table()
    assert len(rows) == 2_359
    assert rows["image_id"].nunique() == len(list(paths.INGESTED_IMAGES.iterdir())) == 2_202
    filings = rows[["image_id", "diagnosis"]].drop_duplicates()
    assert filings["image_id"].duplicated().sum() == 155
    before = {path: path.stat() for path in paths.INGESTED_IMAGES.iterdir()}
    ingest.main()
    assert {path: path.stat() for path in paths.INGESTED_IMAGES.iterdir()} == before
