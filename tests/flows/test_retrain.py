"""The whole pipeline on phantom images, through the flow, in a checkout of its own. The tests build on each other."""

import re
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest

from dermaflow.core.errors import ParamsError
from dermaflow.core.files import read_json
from flows.retrain import outcome_of, reproduced

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def first(checkout) -> str:
    return checkout.retrain()


@pytest.mark.usefixtures("first")
def test_a_second_run_with_nothing_changed_trains_nothing_and_a_copy_that_fails_undoes_no_promotion(checkout):
    remote, elsewhere = checkout.folder / ".cache/dvc-remote", checkout.folder / ".cache/away"
    model = checkout.folder / "models/train/model.keras"
    before, written = checkout.run("dermaflow", "registry"), model.stat().st_mtime_ns
    remote.rename(elsewhere)
    remote.write_text("the disk is not there tonight")
    output = checkout.retrain()
    remote.unlink()
    elsewhere.rename(remote)
    assert "nothing was trained" in output
    assert model.stat().st_mtime_ns == written
    assert "**Copy in the DVC remote** NOT COPIED, the promotion stands: " in output
    assert "`dvc push` tries again" in output
    assert checkout.run("dermaflow", "registry") == before


def processes_in(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            if Path(process.cwd()) == folder and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.info["cmdline"] or []))
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return found


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("Running stage 'train':", "ran"),
        ("Stage 'train' is cached - skipping run, checking out outputs", "restored"),
        ("Stage 'train' didn't change, skipping", "unchanged"),
    ],
)
def test_the_outcome_of_a_stage_is_what_dvc_says(line, outcome):
    assert outcome_of(["something", line]) == outcome


def test_parameters_that_are_written_while_a_stage_runs_end_the_retraining(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path(".dvc").mkdir()
    Path(".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    Path("params.yaml").write_text("augment: {seed: 1}\ntrain: {epochs: 3}\n")
    Path("dvc.yaml").write_text("stages: {train: {cmd: cp ours.yaml params.yaml, params: [augment, train]}}\n")
    shutil.copy("params.yaml", "ours.yaml")
    assert reproduced("train", print) == "ran"
    assert reproduced("train", print) == "unchanged"
    theirs = "augment: {seed: 1}\ntrain: {epochs: 4}"
    Path("ours.yaml").write_text(f"{theirs}  # a remark is no change\nsplit: {{seed: 7}}\n")
    Path("params.yaml").write_text(theirs)
    assert reproduced("train", print) == "ran"
    for changed, section in (("epochs: 5", "train"), ("seed: 2", "augment")):
        Path("params.yaml").write_text(theirs.replace(changed[:-1] + ("4" if section == "train" else "1"), changed))
        with pytest.raises(ParamsError, match=f"the section {section} of .* was changed while train ran.*-f train`"):
            reproduced("train", print)


def test_one_command_ingests_trains_evaluates_and_promotes(first, checkout):
    summary = first[first.index("# PHANTOM") :]
    for expected in ("**Found**", "8 exact-copy", "4 truncated", "balanced accuracy: 0.", "promoted to champion"):
        assert expected in summary
    assert re.search(r"\*\*Copy in the DVC remote\*\* \d+ files pushed", summary)
    assert (checkout.folder / ".cache/dvc-remote/files/md5").is_dir()
    for output in ("models/train/model.keras", "reports/evaluate/figures", "mlflow/store/mlflow.db"):
        assert (checkout.folder / output).exists()


@pytest.mark.usefixtures("first")
def test_a_phantom_champion_stands_under_a_name_of_its_own(checkout):
    registry = checkout.run("dermaflow", "registry")
    assert "skin-lesion-classifier-phantom" in registry
    (record,) = (checkout.folder / "reports/promote").glob("*.json")
    assert read_json(record)["name"] == "skin-lesion-classifier-phantom"


@pytest.mark.usefixtures("first")
def test_dvc_repro_works_alone_and_agrees(checkout):
    output = checkout.run("dvc", "repro")
    assert "Stage 'train' didn't change, skipping" in output


def killed_after(checkout, words: str, number: int) -> str:
    """Start a retraining, send it a signal once it has said `words`; what it said until then."""
    process = checkout.start("python", "-m", "flows.launch", "flows.retrain")
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            break
    process.send_signal(number)
    process.communicate(timeout=60)
    end = time.monotonic() + 30
    while (left := processes_in(checkout.folder)) and time.monotonic() < end:
        time.sleep(0.5)
    assert left == []
    assert words in said
    return said


@pytest.mark.usefixtures("first")
def test_a_killed_run_leaves_no_process_and_goes_on_where_it_was(checkout):
    checkout.run("dermaflow", "set", "train.seed=100", "train.epochs=8", "train.patience_epochs=8")
    killed_after(checkout, "epoch 2 of", signal.SIGTERM)
    said = killed_after(checkout, "epoch 4 of", signal.SIGKILL)
    assert "going on after epoch" in said
    output = checkout.retrain()
    assert "going on after epoch" in output
    assert "epoch 4 of" not in output
    assert "train ran" in output
    assert not [*checkout.folder.glob("data/**/.*"), *checkout.folder.glob("models/**/.?*")]


@pytest.mark.usefixtures("first")
def test_a_missing_source_ends_the_run_with_the_stages_own_words(checkout):
    before = (checkout.folder / "params.yaml").read_text()
    checkout.run("dermaflow", "set", "ingest.sources=[{kind: folder, path: no/such/folder}]")
    output = checkout.run("dvc", "repro", "-s", "ingest", status=255)
    assert "error: " in output
    assert "no/such/folder" in output
    (checkout.folder / "params.yaml").write_text(before)
