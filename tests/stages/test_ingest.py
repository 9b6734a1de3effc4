"""The stage ingest on real files: what comes in, what stays, what a failure leaves behind."""

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from ruamel.yaml import YAML

from dermaflow.core import paths
from dermaflow.core.errors import SourceError, TrainingError
from dermaflow.core.files import read_json
from dermaflow.core.lesions import AUTHORITY_COLUMNS, INGESTED_COLUMNS, is_phantom, read_table
from dermaflow.core.params import read_sections
from dermaflow.stages import ingest

ROOT = Path(__file__).parents[2]
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
    set_sources({"kind": "phantom"} if source == "phantom" else {"kind": "folder", "path": source}, **phantom)


def set_sources(*entries, authorities=(), **phantom):
    section = {"sources": list(entries), "authorities": list(authorities), "phantom": PHANTOM | phantom}
    write_params({"ingest": section, "train": read_sections(ROOT / paths.PARAMS)["train"]})


def set_weights(**weights):
    sections = read_sections()
    write_params(sections | {"train": sections["train"] | {"architecture": "MobileNetV2"} | weights})


def write_params(sections):
    with paths.PARAMS.open("w") as file:
        YAML().dump(sections, file)


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
    put("Train/nevus/ISIC_0000001.jpg", "red")
    put("Train/nevus/ISIC_0000001 (1).jpg", "red")
    put("Train/melanoma/ISIC_0000001.jpg", "red")
    put("Test/melanoma/b c.png", "blue")
    put("Train/nevus/d.webp", "green")
    ingest.main()
    rows = table()
    assert filed() == {
        "Test/melanoma/b c.png": ("b_c", "melanoma"),
        "Train/melanoma/ISIC_0000001.jpg": ("ISIC_0000001", "melanoma"),
        "Train/nevus/ISIC_0000001 (1).jpg": ("ISIC_0000001", "nevus"),
        "Train/nevus/ISIC_0000001.jpg": ("ISIC_0000001", "nevus"),
        "Train/nevus/d.webp": ("d", "nevus"),
    }
    assert sorted(path.name for path in paths.INGESTED_IMAGES.iterdir()) == ["ISIC_0000001.jpg", "b_c.jpg", "d.jpg"]
    for row in rows.itertuples():
        data = paths.ingested_image(row.image_id).read_bytes()
        assert data == Path("../source", row.file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row.sha256
    assert rows["official_partition"].tolist() == ["test", *["train"] * 4]
    assert set(rows["source"]) == {"source"}
    assert not is_phantom(rows)


def states():
    """What tells that a file was written or replaced; reading it changes none of this."""
    stats = {path: path.stat() for path in Path().rglob("*") if path.is_file()}
    return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) for path, stat in stats.items()}


def test_a_run_with_nothing_new_changes_no_file(capsys):
    put("nevus/a.jpg", "red")
    ingest.main()
    before = states()
    ingest.main()
    assert states() == before
    assert "ingest: 0 added, 0 relabelled, 0 changed otherwise, 0 removed, 1 kept" in capsys.readouterr().out


def test_other_weights_under_the_same_names_are_told_from_the_first_and_missing_ones_are_named():
    put("nevus/a.jpg", "red")
    first, further = Path("../some.weights.h5"), Path("../first/model.keras")
    further.parent.mkdir()
    first.write_bytes(b"some")
    further.write_bytes(b"others")
    set_weights(weights=str(first), further_weights=[str(further.parent), "imagenet"])
    ingest.main()
    digest = hashlib.sha256(b"some").hexdigest()
    told = {"weights": digest, "further_weights": [hashlib.sha256(b"others").hexdigest(), "imagenet"]}
    assert read_json(paths.WEIGHTS) == told
    further.write_bytes(b"trained anew")
    ingest.main()
    assert read_json(paths.WEIGHTS)["further_weights"][0] == hashlib.sha256(b"trained anew").hexdigest()
    first.unlink()
    with pytest.raises(TrainingError, match=r"some\.weights\.h5"):
        ingest.main()


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
    assert "ingest: 1 added, 1 relabelled, 1 changed otherwise, 1 removed, 1 kept" in out
    assert "relabelled: source: melanoma/moves.jpg (nevus → melanoma)" in out
    assert "removed: source: nevus/goes.jpg" in out
    assert "4 files offered by source" in out
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


def known():
    return read_table(paths.AUTHORITIES, AUTHORITY_COLUMNS)


def test_several_sources_feed_one_ingestion_and_a_shared_image_is_stored_once():
    put("nevus/ISIC_0000001.jpg", "red")
    put("melanoma/x.jpg", "blue")
    put("../clinic/images/ISIC_0000001.jpg", "red")
    put("../clinic/images/x.jpg", "green")
    Path("../clinic/metadata.csv").write_text("image,dx,lesion_id,age\nISIC_0000001,mel,L1,85+\nx,bkl,,\ny,nv,,\n")
    clinic = {"kind": "challenge", "tables": ["../clinic/metadata.csv"], "images": "../clinic/images"}
    set_sources({"kind": "folder", "path": "../source"}, clinic)
    ingest.main()
    rows = table()
    shown = ["image_id", "source", "label", "labelled_by", "diagnosis", "lesion_id", "age", "isic_id"]
    x = hashlib.sha256(Path("../clinic/images/x.jpg").read_bytes()).hexdigest()[:8]
    assert rows[shown].to_numpy().tolist() == [
        ["x", "source", "melanoma", "folder", "melanoma", "", "", ""],
        ["ISIC_0000001", "source", "nevus", "folder", "nevus", "", "", "ISIC_0000001"],
        ["ISIC_0000001", "clinic", "mel", "table", "melanoma", "L1", "85", "ISIC_0000001"],
        [f"x_{x}", "clinic", "bkl", "table", "pigmented benign keratosis", "", "", ""],
    ]
    assert len(list(paths.INGESTED_IMAGES.iterdir())) == 3


def test_two_sources_of_one_name_are_refused_and_names_tell_them_apart():
    put("nevus/a.jpg", "red")
    put("../other/source/nevus/a.jpg", "blue")
    both = [{"kind": "folder", "path": "../source"}, {"kind": "folder", "path": "../other/source"}]
    set_sources(*both)
    with pytest.raises(SourceError, match=r"number 1 and 2 of ingest\.sources are both named 'source'"):
        ingest.main()
    set_sources(both[0], both[1] | {"name": "other"})
    ingest.main()
    assert table()["source"].tolist() == ["source", "other"]


def test_authorities_say_what_they_know_of_each_image(capsys):
    put("nevus/ISIC_0000001_downsampled.jpg", "red")
    put("nevus/ISIC_0000002.jpg", "blue")
    put("nevus/mole 7.jpg", "green")
    ingest.main()
    assert known().empty
    Path("truth.csv").write_text("image,MEL,NV\nISIC_0000001,1,0\nISIC_0000009,0,1\nmole 7,0,1\n")
    Path("patients.csv").write_text("image,patient_id,lesion_id,sex\nISIC_0000002,P,L,male\nISIC_0000001,Q,,\n")
    set_sources(
        {"kind": "folder", "path": "../source"},
        authorities=[{"tables": ["truth.csv"]}, {"tables": ["patients.csv"], "name": "Clinic"}],
    )
    ingest.main()
    assert known()[["image_id", "authority", "label", "diagnoses", "patient_id"]].to_numpy().tolist() == [
        ["ISIC_0000001_downsampled", "truth", "MEL", "melanoma", ""],
        ["mole_7", "truth", "NV", "nevus", ""],
        ["ISIC_0000001_downsampled", "clinic", "", "", "Q"],
        ["ISIC_0000002", "clinic", "", "", "P"],
    ]
    out = capsys.readouterr().out
    assert "authority truth: 3 pictures stated, 2 of the 3 images known (2 with a label, 0 with a lesion)" in out
    before = paths.AUTHORITIES.stat()
    ingest.main()
    assert paths.AUTHORITIES.stat() == before


def test_a_bad_authority_stops_the_stage_before_anything_is_read():
    put("nevus/a.jpg", "red")
    Path("truth.csv").write_text("image,dx\na,mole\n")
    set_sources({"kind": "folder", "path": "../source"}, authorities=[{"tables": ["truth.csv"]}])
    with pytest.raises(SourceError, match=r"truth\.csv, line 2: 'mole' is no known diagnosis"):
        ingest.main()
    assert tree() == {}


def test_a_label_that_names_none_of_ours_is_ingested_with_a_blank_diagnosis(capsys):
    put("unknown/a.jpg", "red")
    ingest.main()
    assert table()[["label", "diagnosis"]].to_numpy().tolist() == [["unknown", ""]]
    assert "none of these" in capsys.readouterr().out


def test_a_table_of_an_older_version_keeps_its_ids():
    put("nevus/x.jpg", "red")
    ingest.main()
    table()[["image_id", "file", "diagnosis", "source", "sha256"]].to_csv(paths.INGESTED, index=False)
    put("melanoma/x.jpg", "blue")
    ingest.main()
    assert filed()["nevus/x.jpg"] == ("x", "nevus")


def test_an_archive_is_a_source_like_a_folder():
    put("Train/nevus/a.jpg", "red")
    put("Test/melanoma/b.jpg", "blue")
    ingest.main()
    of_folder = tree()
    shutil.make_archive("../source", "zip", "../source")
    set_source("../source.zip")
    ingest.main()
    assert tree() == of_folder


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
    assert f"0 relabelled, 0 changed otherwise, 0 removed, {len(before)} kept" in capsys.readouterr().out
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
    assert len(after) == table()["image_id"].nunique() + 3  # and the two tables, and what is said of weights


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
    before = states()
    ingest.main()
    assert states() == before


@pytest.mark.real
def test_what_is_known_of_isic9_is_on_record(isic9, ham10000):
    shared = ham10000.parent
    set_sources(
        {"kind": "folder", "path": str(isic9)},
        authorities=[
            {"tables": [str(shared / "isic2019")]},
            {"tables": [str(ham10000 / "HAM10000_metadata.csv")]},
        ],
    )
    ingest.main()
    rows, told = table(), known()
    assert (len(rows), rows["isic_id"].nunique()) == (2_359, 2_202)
    of = {name: told[told["authority"] == name] for name in ("isic2019", "ham10000")}
    assert (of["isic2019"]["diagnoses"] != "").sum() == 1_915
    assert (of["ham10000"]["lesion_id"] != "").sum() == 1_437


@pytest.mark.real
def test_ham10000_comes_in_with_its_lesions(ham10000):
    source = {"tables": [str(ham10000 / "HAM10000_metadata.csv")], "images": str(ham10000 / "images")}
    set_sources({"kind": "challenge", **source})
    ingest.main()
    rows = table()
    assert (len(rows), rows["lesion_id"].nunique(), set(rows["source"])) == (10_015, 7_470, {"ham10000"})
    assert (rows["diagnosis"] == "melanoma").sum() == 1_113
