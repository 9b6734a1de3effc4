import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from dermaflow.cli import app
from dermaflow.commands.check_params import shipped
from dermaflow.sources.params import PhantomParams
from dermaflow.sources.phantom import phantom_catalogue

FAULTY = PhantomParams(
    lesions=60, image_size_px=64, seed=3, byte_copies=2, near_copies=2, contradictions=3, truncated=2
)
SOUND = FAULTY.model_copy(update={"byte_copies": 0, "near_copies": 0, "contradictions": 0, "truncated": 0})


def put(params, folder):
    """The phantom images as class folders."""
    catalogue = phantom_catalogue(params)
    for offer in catalogue.offers:
        file = folder / offer.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(catalogue.fetch(offer))
    return folder


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    return put(FAULTY, tmp_path_factory.mktemp("faulty") / "a set of images")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return put(SOUND, tmp_path_factory.mktemp("sound") / "set")


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Thresholds content with few images of a diagnosis, of a project that withholds a source from its training."""
    content = YAML(typ="safe").load(shipped().read_text())
    content["validate"] |= {"min_images_per_diagnosis": 3, "withheld_sources": ["one that is not checked here"]}
    file = tmp_path_factory.mktemp("params") / "params.yaml"
    YAML().dump(content, file)
    return file


@pytest.fixture
def run(tmp_path, monkeypatch, few):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["check", *map(str, arguments), "--params", str(few)])


def test_what_contradicts_is_told_with_exit_code_1_and_a_report(run, faulty, tmp_path):
    done = run(faulty)

    assert (done.exit_code, done.stderr) == (1, "")
    text = " ".join(done.stdout.split())
    assert "PHANTOM: generated images" in text
    assert f"the labels of {2 * FAULTY.contradictions} files contradict each other" in text
    assert f"{FAULTY.truncated} Cut off truncated" in text
    report = (tmp_path / "dermaflow-check.html").read_text()
    assert "What is in a set of images" in report
    assert "data:image/jpeg;base64," in report
    assert str(faulty.parent) not in report  # a report is passed on: no path of this machine


def test_nothing_is_written_but_the_report(run, faulty, tmp_path):
    before = sorted(faulty.rglob("*"))
    run(faulty, "--out", tmp_path / "below" / "r.html")
    assert sorted(faulty.rglob("*")) == before
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == [Path("below"), Path("below/r.html")]


def test_sound_images_have_exit_code_0(run, sound):
    done = run(sound)
    assert done.exit_code == 0, done.stdout
    assert "must not be trusted" not in done.stdout


def test_an_archive_is_checked_as_it_is(run, faulty, tmp_path):
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for file in sorted(faulty.rglob("*.jpg")):
            stream.write(file, file.relative_to(faulty))
    done = run(archive)
    assert done.exit_code == 1
    assert f"the labels of {2 * FAULTY.contradictions} files contradict each other" in " ".join(done.stdout.split())


def test_a_table_with_images_is_checked(run, sound, tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    rows = ["image_id,dx,lesion_id"]
    for file in sorted(sound.rglob("*.jpg")):
        shutil.copy(file, images)
        rows.append(f"{file.stem},{'mel' if file.parent.name == 'melanoma' else 'nv'},L{file.stem[:-2]}")
    (tmp_path / "metadata.csv").write_text("\n".join(rows))
    done = run(tmp_path)
    assert done.exit_code == 0, done.stdout + done.stderr


def test_images_without_labels_are_judged_as_pictures(run, faulty, tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    for file in sorted(faulty.rglob("*.jpg")):
        shutil.copy(file, images)
    done = run(images)
    text = " ".join(done.stdout.split())
    assert done.exit_code == 0, text
    assert f"No file carries a diagnosis, so that only the pictures could be judged; and {FAULTY.truncated} of" in text
    assert "near copies of each other" in text
    assert str(tmp_path) not in (tmp_path / "dermaflow-check.html").read_text()


def test_an_authority_settles_contradictions_and_the_corrections_are_told(run, faulty, tmp_path):
    named = sorted({file.stem for file in faulty.rglob("*.jpg")})
    (tmp_path / "official.csv").write_text("\n".join(["image,MEL,NV", *(f"{name},1,0" for name in named)]))
    done = run(faulty, "--authority", tmp_path / "official.csv")
    text = " ".join(done.stdout.split())
    assert done.exit_code == 1
    assert "carry a diagnosis that the official record does not" in text
    assert "nevus → melanoma" in text
    assert "contradicting-labels" not in text
    assert "official.csv" in (tmp_path / "dermaflow-check.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere"),
        (["{faulty}", "--authority", "none.csv"], "none.csv"),
        (["{faulty}", "--out", "."], "expected a file to write the report to, found a folder"),
    ],
)
def test_what_cannot_be_checked_is_one_sentence_and_exit_code_2(run, faulty, tmp_path, arguments, words):
    done = run(*(argument.format(faulty=faulty) for argument in arguments))
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.html"))


def test_a_bug_is_no_judgement_of_the_data(run, sound, monkeypatch):
    monkeypatch.setattr("dermaflow.commands.check.audit", lambda *_: 1 / 0)
    done = run(sound)
    assert done.exit_code == 2
    assert "ZeroDivisionError" in done.stderr


def test_a_report_on_the_folder_that_one_stands_in_has_its_notes_whole(run, sound, tmp_path, monkeypatch):
    folder = shutil.copytree(sound, tmp_path / "here")
    (folder / "read.me.txt").write_text("notes")
    monkeypatch.chdir(folder)
    run(".", "--out", tmp_path / "report.html")
    assert "read.me.txt" in (tmp_path / "report.html").read_text()


def test_a_report_takes_the_place_of_no_other_file(run, sound, tmp_path):
    (tmp_path / "labels.csv").write_text("image,label")
    done = run(sound, "--out", "labels.csv")
    assert done.exit_code == 2
    assert "found a file that is none" in done.stderr
    assert (tmp_path / "labels.csv").read_text() == "image,label"


def test_a_reader_that_goes_away_does_not_make_data_untrusted(sound, few, tmp_path):
    command = [sys.executable, "-m", "dermaflow.cli", "check", str(sound), "--params", str(few)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait() == 2


def test_it_runs_as_a_process_from_any_directory_in_any_locale(sound, few, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dermaflow.cli", "check", str(sound), "--params", str(few)],
        cwd=tmp_path, env=os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout  # no terminal, no colour
    assert (tmp_path / "dermaflow-check.html").exists()


def test_a_file_name_that_would_steer_the_terminal_is_written_out(run, tmp_path):
    (tmp_path / "set" / "nevus").mkdir(parents=True)
    (tmp_path / "set" / "nevus" / "a\x1b[2J.jpg").write_bytes(b"x")
    done = run(tmp_path / "set")
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.real
def test_isic9_tells_its_whole_story(isic9, tmp_path, monkeypatch):
    """What ../shared/data/README.md knows, found without being told."""
    monkeypatch.chdir(tmp_path)
    shared = isic9.parents[1]
    done = CliRunner().invoke(
        app,
        ["check", str(isic9), "--authority", str(shared / "isic2019"),
         "--authority", str(shared / "ham10000" / "HAM10000_metadata.csv")],
    )  # fmt: skip
    text = " ".join(done.stdout.split())
    assert done.exit_code == 1, done.stderr
    for words in (
        "2,359 files show 2,",
        "2,202 numbers of the ISIC Archive",
        "2 files are named as a copy of another",
        "155 pictures are filed under more than one diagnosis",
        "melanoma and seborrheic keratosis (78)",
        "actinic keratosis and nevus (77)",
        "44 of 118 test images",
        "same bytes 18",
        "No picture filed as seborrheic keratosis is confirmed",
    ):
        assert words in text, words
    assert (tmp_path / "dermaflow-check.html").stat().st_size < 8_000_000
