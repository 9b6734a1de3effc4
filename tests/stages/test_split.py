import json

import pandas as pd
import pytest

from dermaflow.core import paths
from dermaflow.core.errors import SplitError
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, write_table
from dermaflow.stages import split

SECTION = "split: {{method: {method}, validation_frac: 0.15, test_frac: {test_frac}, folds: 5, fold: 0, seed: 7}}\n"


def images(n, **more):
    blank = dict.fromkeys(ACCEPTED_COLUMNS, "")
    diagnoses = ("nevus", "melanoma")
    rows = [
        blank | {"image_id": f"I{i:03d}", "content_group": f"I{i:03d}", "diagnosis": diagnoses[i % 2],
                 "lesion_id": f"L{i // 4 * 2 + i % 2}"} | more
        for i in range(n)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(ACCEPTED_COLUMNS))
    return table.assign(sha256="bytes of " + table["image_id"])


pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths.PARAMS.write_text(SECTION.format(method="grouped", test_frac=0.2))
    write(images(40))
    return tmp_path


def write(table):
    """What the stage reads: the accepted images, no two with the same pixels."""
    pixels = "pixels of " + table["image_id"]
    write_table(table.assign(pixels_sha256=pixels), ACCEPTED_COLUMNS, paths.ACCEPTED)


def test_the_stage_writes_ledger_scheme_and_quarantine_and_says_what_it_found(capsys):
    split.main()
    ledger = pd.read_csv(paths.LEDGER)
    assert ledger["partition"].value_counts().to_dict() == {"train": 28, "test": 8, "validation": 4}
    assert json.loads(paths.SCHEME.read_text()) == {
        "method": "grouped", "validation_frac": 0.15, "test_frac": 0.2, "seed": 7,
    }  # fmt: skip
    assert paths.SPLIT_QUARANTINE.read_text() == "image_id,file,reason,evidence\n"
    said = capsys.readouterr().out
    assert "40 images in 20 groups, 20 kept with another image of their group" in said
    assert "the ledger is new" in said
    assert sorted(p.name for p in paths.LEDGER.parent.iterdir()) == ["ledger.csv", "quarantine.csv", "scheme.json"]


def test_a_lesion_never_crosses_the_split():
    split.main()
    both = images(40).merge(pd.read_csv(paths.LEDGER), on="image_id")
    assert both.groupby("lesion_id")["partition"].nunique().max() == 1


def test_a_second_run_writes_the_same_bytes_and_growth_moves_nothing(capsys):
    split.main()
    first = paths.LEDGER.read_bytes()
    split.main()
    assert paths.LEDGER.read_bytes() == first
    assert "the ledger knew 40 images before" in capsys.readouterr().out
    write(images(80))
    split.main()
    assert paths.LEDGER.read_bytes().startswith(first)


def test_a_changed_scheme_begins_a_new_ledger_and_says_so(capsys):
    split.main()
    capsys.readouterr()
    paths.PARAMS.write_text(SECTION.format(method="grouped", test_frac=0.4))
    split.main()
    assert (pd.read_csv(paths.LEDGER)["partition"] == "test").sum() == 16
    said = capsys.readouterr().out
    assert "NEW LEDGER: split.test_frac changed from 0.2 to 0.4; promotion leaves out what a champion has seen" in said


def test_a_fold_is_drawn_from_the_present_images_alone_and_says_so(capsys):
    paths.PARAMS.write_text(SECTION.format(method="folds", test_frac=0.4))
    split.main()
    assert pd.read_csv(paths.LEDGER)["partition"].value_counts().to_dict() == {"train": 28, "test": 8, "validation": 4}
    write(images(80))
    split.main()
    assert (pd.read_csv(paths.LEDGER)["partition"] == "test").sum() == 16
    assert capsys.readouterr().out.count("the ledger is new") == 2


def test_a_ledger_without_its_scheme_is_not_trusted():
    split.main()
    paths.SCHEME.unlink()
    with pytest.raises(SplitError, match=r"scheme\.json beside .*dvc checkout"):
        split.main()


def test_a_split_that_fails_leaves_the_last_ledger_as_it_was():
    split.main()
    before = paths.LEDGER.read_bytes(), paths.SCHEME.read_bytes()
    paths.PARAMS.write_text(SECTION.format(method="official", test_frac=0.2))
    with pytest.raises(SplitError, match="found none; set"):
        split.main()
    assert (paths.LEDGER.read_bytes(), paths.SCHEME.read_bytes()) == before


def test_leaks_into_the_official_test_part_are_counted(capsys):
    paths.PARAMS.write_text(SECTION.format(method="official", test_frac=0.2))
    table = images(40)
    table.loc[table["image_id"] < "I006", "official_partition"] = "test"
    write(table)
    split.main()
    assert "leaks-into-official-test: 2" in capsys.readouterr().out
    assert list(pd.read_csv(paths.SPLIT_QUARANTINE)["image_id"]) == ["I006", "I007"]


def test_an_image_that_links_train_with_test_moves_nothing_and_is_quarantined_with_that_reason(capsys):
    split.main()
    before = paths.LEDGER.read_bytes()
    ledger = pd.read_csv(paths.LEDGER).set_index("image_id")["partition"]
    first = {partition: ledger.index[ledger == partition][0] for partition in ("train", "test")}
    table = images(40).set_index("image_id")
    lesions = table.loc[list(first.values()), "lesion_id"].tolist()
    link = images(41)[40:].assign(lesion_id=lesions[0], patient_id="P")
    table.loc[first["test"], "patient_id"] = "P"
    write(pd.concat([table.reset_index(), link], ignore_index=True))
    capsys.readouterr()
    split.main()
    assert paths.LEDGER.read_bytes() == before
    (row,) = pd.read_csv(paths.SPLIT_QUARANTINE).to_dict("records")
    assert row["image_id"] == "I040"
    assert row["reason"] == "links-partitions"
    assert row["evidence"].startswith(
        f"shares lesion_id '{lesions[0]}' with {first['train']} (train) and patient_id 'P'"
    )
    assert row["evidence"].endswith(f"with {first['test']} (test)")
    assert "links-partitions: 1" in capsys.readouterr().out


def test_the_page_of_the_partitions_stands_alone():
    split.main()
    page = (paths.PARTITION_DOCS / "index.html").read_text()
    assert "No lesion lies in two partitions" in page
    assert "http" not in page


def test_a_ledger_of_an_older_version_is_gone_on_with():
    split.main()
    before = pd.read_csv(paths.LEDGER, dtype=str)
    write_table(before, [name for name in LEDGER_COLUMNS if name != "pixels_sha256"], paths.LEDGER)
    split.main()
    pd.testing.assert_frame_equal(pd.read_csv(paths.LEDGER, dtype=str), before)


def test_equal_pixels_in_two_partitions_stop_the_stage_and_leave_the_ledger_as_it_was():
    split.main()
    before = paths.LEDGER.read_bytes(), paths.SCHEME.read_bytes()
    write_table(images(40).assign(pixels_sha256="all black"), ACCEPTED_COLUMNS, paths.ACCEPTED)
    with pytest.raises(SplitError) as error:
        split.main()
    assert "the split must not be used" in str(error.value)
    assert "No content of pixels lies in two partitions: not so for 40, such as I000 (" in str(error.value)
    assert "reports/split/data_docs/index.html" in str(error.value)
    assert "fa-times" in (paths.PARTITION_DOCS / "index.html").read_text()
    assert (paths.LEDGER.read_bytes(), paths.SCHEME.read_bytes()) == before


@pytest.mark.real
def test_ham10000_is_split_by_lesion_in_the_proportions_asked_for(ham10000):
    metadata = pd.read_csv(ham10000 / "HAM10000_metadata.csv", dtype=str)
    names = {"nv": "nevus", "mel": "melanoma", "df": "dermatofibroma", "vasc": "vascular lesion", "bcc":
             "basal cell carcinoma", "akiec": "actinic keratosis", "bkl": "pigmented benign keratosis"}  # fmt: skip
    table = pd.DataFrame(dict.fromkeys(ACCEPTED_COLUMNS, ""), index=metadata.index)
    table = table.assign(
        image_id=metadata["image_id"], content_group=metadata["image_id"], lesion_id=metadata["lesion_id"],
        diagnosis=metadata["dx"].map(names), sha256=metadata["image_id"],
    )  # fmt: skip
    write(table)
    split.main()
    both = table.merge(pd.read_csv(paths.LEDGER), on="image_id")
    assert both["group_id"].nunique() == 7470
    assert both.groupby("lesion_id")["partition"].nunique().max() == 1
    shares = pd.crosstab(both["diagnosis"], both["partition"], normalize="index")
    assert (shares - pd.Series({"test": 0.2, "train": 0.65, "validation": 0.15})).abs().max().max() < 0.01
