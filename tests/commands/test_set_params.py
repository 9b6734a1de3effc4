import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from dermaflow.commands.set_params import KINDS, set_params
from dermaflow.core import paths
from dermaflow.core.errors import ParamsError
from dermaflow.core.params import load_params, read_sections

PARAMS = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture
def params(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(PARAMS, tmp_path))


def changed_lines(path: Path) -> list[str]:
    before = PARAMS.read_text().splitlines()
    after = path.read_text().splitlines()
    assert len(before) == len(after)
    return [new for old, new in zip(before, after, strict=True) if old != new]


def test_every_section_of_params_yaml_is_one_that_its_stage_accepts():
    assert set(read_sections(PARAMS)) == set(KINDS)
    for section, kind in KINDS.items():
        load_params(section, kind, PARAMS)


def test_a_mapping_is_one_where_the_key_holds_one(params):
    set_params(["train.backbone_options={alpha: 0.35}"])
    assert read_sections(params)["train"]["backbone_options"] == {"alpha": 0.35}
    with pytest.raises(ParamsError, match=r"train\.weights"):
        set_params(["train.weights=[1]"])


def test_nothing_is_written_while_a_retraining_works_in_this_checkout(params, capsys):
    before = params.read_text()
    paths.RETRAINING.parent.mkdir()
    with ThreadPoolExecutor() as pool:
        with FileLock(paths.RETRAINING):
            waiting = pool.submit(set_params, ["train.epochs=3"])
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            assert params.read_text() == before
            set_params([])  # only looks
        waiting.result(timeout=10)
    assert read_sections(params)["train"]["epochs"] == 3
    assert "a retraining of this checkout runs in another process: waiting for its end" in capsys.readouterr().out


def test_without_an_assignment_the_file_is_only_checked(params):
    before = params.stat().st_mtime_ns
    set_params([])
    assert params.stat().st_mtime_ns == before
    params.write_text(params.read_text().replace("min_images: 30", "min_images: many"))
    with pytest.raises(ParamsError, match=r"promote\.min_images"):
        set_params([])


def test_nothing_but_the_value_changes(params):
    set_params(["train.epochs=3"])
    lines = changed_lines(params)
    assert len(lines) == 1
    assert lines[0].split() == ["epochs:", "3", "#", "at", "most"]


def test_text_that_would_be_a_number_stays_text_in_quotes(params):
    set_params(["ingest.sources=[{kind: folder, path: '2024'}]"])
    assert read_sections(params)["ingest"]["sources"] == [{"kind": "folder", "path": "2024"}]


def test_a_list_and_a_nested_key_can_be_set(params):
    set_params(["train.filters=[8, 16]", "ingest.phantom.lesions=50"])
    assert read_sections(params)["train"]["filters"] == [8, 16]
    assert read_sections(params)["ingest"]["phantom"]["lesions"] == 50


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("train.epoch=3", "expected <section>.<key>=<value>"),
        ("epochs=3", "expected <section>.<key>=<value>"),
        ("train.epochs", "expected <section>.<key>=<value>"),
        ("train.epochs.x=3", "expected <section>.<key>=<value>"),
        ("train.epochs=three", "train.epochs"),
        ("train.epochs=0", "train.epochs"),
        ("split.method=random", "split.method"),
        ("ingest.sources=phantom", "ingest.sources"),
        ("ingest.sources=[{kind: folder, path: 2024}]", r"ingest\.sources\.0\.folder\.path"),
    ],
)
def test_what_a_stage_would_refuse_leaves_the_file_as_it_was(params, assignment, message):
    before = params.read_bytes()
    with pytest.raises(ParamsError, match=message):
        set_params(["train.batch_size=16", assignment])
    assert params.read_bytes() == before
    assert [path.name for path in params.parent.iterdir()] == ["params.yaml"]
