"""The stage validate, from files to files."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.core import paths
from dermaflow.core.errors import TableError, VerdictError
from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import (
    ACCEPTED_COLUMNS,
    AUTHORITY_COLUMNS,
    CORRECTION_COLUMNS,
    INGESTED_COLUMNS,
    QUARANTINE_COLUMNS,
    read_table,
    write_table,
)
from dermaflow.quality.facts import FACTS_COLUMNS
from dermaflow.stages import validate

PARAMS = """
validate:
  unconfirmed_labels: use
  min_side_px: 32
  min_images_per_diagnosis: 3
  max_quarantined_frac: 0.30
  withheld_sources: []
  tolerated_faults: []
  near_copy_min_likeness: 0.97
  seed: 7
"""


def picture(seed: int, quality: int = 90) -> bytes:
    """A picture of the colours and the texture of skin, another for each seed."""
    rng = np.random.default_rng(seed)
    coarse = np.array([190, 140, 120]) + rng.integers(-60, 60, (7, 7, 1)) + rng.integers(0, 9, (7, 7, 3))
    skin = Image.fromarray(coarse.astype(np.uint8)).resize((96, 96), Image.Resampling.BICUBIC)
    grainy = np.clip(np.asarray(skin) + rng.normal(0, 8, (96, 96, 1)), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grainy).save(file, "JPEG", quality=quality)
    return file.getvalue()


def row(image_id: str, diagnosis: str, data: bytes, **known: str) -> dict[str, str]:
    paths.INGESTED_IMAGES.mkdir(parents=True, exist_ok=True)
    paths.ingested_image(image_id).write_bytes(data)
    file = f"Train/{diagnosis}/{image_id}.jpg"
    filed = {"diagnosis": diagnosis, "label": diagnosis, "labelled_by": "folder"}
    return {"image_id": image_id, "file": file, **filed, "sha256": sha256_hex(data), **known}


def state_officially(*said: dict[str, str]) -> None:
    rows = [{"authority": "board", "diagnoses": each.get("label", ""), **each} for each in said]
    write_table(
        pd.DataFrame(rows, columns=list(AUTHORITY_COLUMNS), dtype=str).fillna(""), AUTHORITY_COLUMNS, paths.AUTHORITIES
    )


def ingest(rows: list[dict[str, str]]) -> None:
    table = pd.DataFrame(rows, columns=list(INGESTED_COLUMNS), dtype=str).fillna("")
    write_table(table, INGESTED_COLUMNS, paths.INGESTED)
    state_officially()


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """A project in the working directory: six nevi and six melanomas, all sound."""
    monkeypatch.chdir(tmp_path)
    paths.PARAMS.write_text(PARAMS)
    labels = ["nevus", "melanoma"] * 6
    return [row(f"IMG_{n:02}", label, picture(n)) for n, label in enumerate(labels)]


def test_a_sound_collection_passes_and_leaves_all_its_files(rows, capsys):
    ingest(rows)

    validate.main()

    assert len(read_table(paths.ACCEPTED, ACCEPTED_COLUMNS)) == 12
    assert read_table(paths.QUARANTINE, QUARANTINE_COLUMNS).empty
    assert len(read_table(paths.FACTS, FACTS_COLUMNS)) == 12
    assert json.loads(paths.VERDICT.read_text())["passed"]
    assert "<h1>" in (paths.DATA_DOCS / "index.html").read_text()
    assert "12 images found, 12 accepted" in capsys.readouterr().out


def test_what_cannot_be_trusted_goes_to_quarantine_with_its_reason(rows):
    ingest(
        [
            *rows,
            row("NEAR", "nevus", picture(0, quality=50)),
            row("CUT", "nevus", picture(20)[:-300]),
            row("TORN", "nevus", picture(21)),
            row("TORN", "melanoma", picture(21)),
            row("IMG_00", "nevus", picture(0), file="Train/nevus/IMG_00 (1).jpg"),
            row("RARE", "dermatofibroma", picture(22)),
        ]
    )

    validate.main()

    quarantine = read_table(paths.QUARANTINE, QUARANTINE_COLUMNS)
    assert dict(zip(quarantine["file"], quarantine["reason"], strict=True)) == {
        "Train/nevus/CUT.jpg": "truncated",
        "Train/nevus/TORN.jpg": "contradicting-labels",
        "Train/melanoma/TORN.jpg": "contradicting-labels",
        "Train/nevus/IMG_00 (1).jpg": "exact-copy",
        "Train/dermatofibroma/RARE.jpg": "diagnosis-too-rare",
    }
    groups = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS).set_index("image_id")["content_group"]
    assert groups["NEAR"] == groups["IMG_00"] == "IMG_00"
    assert json.loads(paths.VERDICT.read_text())["dropped_diagnoses"] == ["dermatofibroma"]


def test_too_many_faults_stop_the_run_after_everything_is_written(rows):
    ingest([*rows[:6], *(row(f"BAD_{n}", "nevus", b"") for n in range(4))])

    with pytest.raises(VerdictError, match=r"at most 30.0%.*received 40.0%"):
        validate.main()

    verdict = json.loads(paths.VERDICT.read_text())
    assert not verdict["passed"]
    assert verdict["quarantined"] == {"empty-file": 4}
    assert paths.ACCEPTED.exists()
    assert (paths.DATA_DOCS / "index.html").exists()


def test_a_failed_expectation_stops_the_run_and_names_the_image(rows):
    rows[3]["age"] = "400"
    ingest(rows)

    with pytest.raises(VerdictError, match=r"between 0 and 120 years: not so for 1, such as IMG_03 \(400\)"):
        validate.main()


def test_a_file_deleted_by_hand_is_quarantined(rows):
    ingest(rows)
    paths.ingested_image("IMG_05").unlink()

    validate.main()

    found = read_table(paths.QUARANTINE, QUARANTINE_COLUMNS)
    assert found["image_id"].tolist() == ["IMG_05"]
    assert found["reason"].tolist() == ["not-an-image"]
    assert "missing" in found["evidence"][0]


def test_a_file_changed_by_hand_stops_the_run(rows):
    ingest(rows)
    paths.ingested_image("IMG_05").write_bytes(picture(99))

    with pytest.raises(VerdictError, match="IMG_05"):
        validate.main()


@pytest.mark.usefixtures("rows")
def test_an_empty_collection_stops_the_run_in_words():
    ingest([])
    shutil.rmtree(paths.INGESTED_IMAGES)

    with pytest.raises(VerdictError, match="At least one image is accepted"):
        validate.main()


def test_official_labels_settle_contradictions_and_the_correction_is_on_record(rows):
    ingest([*rows, row("TORN", "nevus", picture(21)), row("TORN", "melanoma", picture(21))])
    state_officially({"image_id": "TORN", "label": "melanoma", "lesion_id": "L1"})

    validate.main()

    accepted = read_table(paths.ACCEPTED, ACCEPTED_COLUMNS).set_index("image_id").loc["TORN"]
    assert (accepted["diagnosis"], accepted["confirmed_by"], accepted["lesion_id"]) == ("melanoma", "board", "L1")
    corrections = read_table(paths.CORRECTIONS, CORRECTION_COLUMNS)
    assert corrections.to_numpy().tolist() == [["TORN", "Train/nevus/TORN.jpg", "nevus", "melanoma", "board"]]
    assert json.loads(paths.VERDICT.read_text())["corrected"] == {"nevus → melanoma": 1}


def test_images_that_were_measured_are_not_opened_again(rows, monkeypatch):
    ingest(rows)
    validate.main()
    first = paths.FACTS.read_bytes()
    rows = [*rows, row("IMG_NEW", "nevus", picture(50))]
    ingest(rows)
    opened = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path.name) or real(path))

    validate.main()

    assert [name for name in opened if name.startswith("IMG_")] == ["IMG_NEW.jpg"]
    assert paths.FACTS.read_bytes().startswith(first)


def test_data_that_have_moved_since_the_last_accepted_ingestion_are_warned_of(rows, capsys):
    ingest(rows)
    validate.main()
    assert "warning" not in capsys.readouterr().out
    ingest([*rows[:8], *(row(f"NEW_{n}", "nevus", picture(100 + n), source="elsewhere") for n in range(40))])

    validate.main()

    warnings = [line for line in capsys.readouterr().out.splitlines() if line.startswith("- warning: ")]
    assert any("elsewhere" in line and "NEW_" in line for line in warnings)
    assert "fails" in (paths.DATA_DOCS / "drift.html").read_text()
    assert json.loads(paths.VERDICT.read_text())["passed"]


@pytest.mark.usefixtures("rows")
def test_a_missing_table_says_how_it_is_made():
    with pytest.raises(TableError, match="dvc repro"):
        validate.main()


def test_the_same_files_give_the_same_tables(rows):
    ingest(rows)
    validate.main()
    first = [path.read_bytes() for path in (paths.ACCEPTED, paths.FACTS, paths.QUARANTINE, paths.VERDICT)]

    validate.main()

    assert [path.read_bytes() for path in (paths.ACCEPTED, paths.FACTS, paths.QUARANTINE, paths.VERDICT)] == first


def test_generated_images_are_named_in_verdict_and_page(rows):
    ingest(rows)
    validate.main()
    assert json.loads(paths.VERDICT.read_text())["phantom"] is False
    ingest([each | {"source": "phantom-a"} for each in rows])
    validate.main()
    assert json.loads(paths.VERDICT.read_text())["phantom"] is True
    assert "PHANTOM: generated images" in (paths.DATA_DOCS / "index.html").read_text()
