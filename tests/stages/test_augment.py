import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dermaflow.core import paths
from dermaflow.core.errors import ImageError
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, PLAN_COLUMNS, read_table, write_table
from dermaflow.stages import augment

SECTION = (
    "augment: {{images_per_class: {n}, copies_per_image: {copies}, max_rotation_deg: 20, max_zoom_factor: 1.2,"
    " max_off_centre_frac: 1.0, max_brightness_change: 0.2, max_contrast_change: 0.1, max_colour_change: 0.1,"
    " seed: 7}}\n"
)
PARTITIONS = ["train"] * 6 + ["validation", "test"]


pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Eight small images: six of nevus, one each in validation and test, and two melanomas among the six."""
    monkeypatch.chdir(tmp_path)
    paths.PARAMS.write_text(SECTION.format(n=10, copies=0))
    ids = [f"I{i}" for i in range(8)]
    blank = dict.fromkeys(ACCEPTED_COLUMNS, "")
    rows = [blank | {"image_id": i, "diagnosis": "melanoma" if i in {"I0", "I1"} else "nevus"} for i in ids]
    write_table(pd.DataFrame(rows), ACCEPTED_COLUMNS, paths.ACCEPTED)
    ledger = pd.DataFrame({"image_id": ids, "group_id": ids, "partition": PARTITIONS, "sha256": ids})
    ledger["pixels_sha256"] = ""
    write_table(ledger, LEDGER_COLUMNS, paths.LEDGER)
    paths.INGESTED_IMAGES.mkdir(parents=True)
    for number, image_id in enumerate(ids):
        pixels = np.random.default_rng(number).integers(90, 220, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(paths.ingested_image(image_id))
    return tmp_path


def files():
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths.AUGMENTED_IMAGES.iterdir()}


def test_the_plan_names_files_that_exist_and_no_other_file_is_there(project, capsys):
    augment.main(workers=1)
    plan = read_table(paths.PLAN, PLAN_COLUMNS)
    assert plan["diagnosis"].value_counts().to_dict() == {"melanoma": 10, "nevus": 10}
    assert all((project / file).is_file() for file in plan["file"])
    copies = plan.loc[plan["copy"] != "0", "file"]
    assert sorted(copies) == sorted(p.as_posix() for p in paths.AUGMENTED_IMAGES.iterdir())
    assert "20 training images planned, 14 of them varied copies" in capsys.readouterr().out


def test_validation_and_test_images_are_never_varied():
    augment.main(workers=1)
    assert not [name for name in files() if name.startswith(("I6", "I7"))]
    assert not set(read_table(paths.PLAN, PLAN_COLUMNS)["image_id"]) & {"I6", "I7"}


def test_the_bytes_are_the_same_for_any_number_of_workers():
    results = []
    for workers in (1, 2, 3):
        augment.main(workers=workers)
        results.append((files(), paths.PLAN.read_bytes()))
    assert results[0] == results[1] == results[2]
    assert len(results[0][0]) == 14


def test_what_an_earlier_run_left_is_removed():
    augment.main(workers=1)
    (paths.AUGMENTED_IMAGES / "stale.jpg").write_bytes(b"")
    paths.PARAMS.write_text(SECTION.format(n=7, copies=0))
    augment.main(workers=1)
    assert len(files()) == 8


def test_without_copies_the_folder_is_there_and_empty():
    paths.PARAMS.write_text(SECTION.format(n=0, copies=0))
    augment.main()
    assert files() == {}
    assert len(read_table(paths.PLAN, PLAN_COLUMNS)) == 6


def test_each_training_image_can_have_as_many_copies(capsys):
    paths.PARAMS.write_text(SECTION.format(n=0, copies=3))
    augment.main(workers=1)
    assert sorted(files()) == sorted(f"I{i}_copy{c:03d}.jpg" for i in range(6) for c in (1, 2, 3))
    assert "24 training images planned, 18 of them varied copies" in capsys.readouterr().out


def test_a_copy_is_the_same_in_either_way_of_counting():
    augment.main(workers=1)
    balanced = files()
    paths.PARAMS.write_text(SECTION.format(n=0, copies=3))
    augment.main(workers=1)
    both = balanced.keys() & files().keys()
    assert len(both) >= 7
    assert {name: balanced[name] for name in both} == {name: files()[name] for name in both}


def test_a_run_that_fails_leaves_no_plan_behind():
    augment.main(workers=1)
    paths.ingested_image("I3").write_bytes(b"torn")
    with pytest.raises(ImageError, match=r"I3\.jpg"):
        augment.main(workers=1)
    assert not paths.PLAN.exists()
