"""Several tables of one source as one."""

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.tables import csv_files, stated_in


@pytest.fixture
def put(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_ground_truth_and_metadata_are_joined_by_picture(put):
    truth = put("truth.csv", "image,MEL,NV\nISIC_0000002_downsampled,1,0\nISIC_0000001,0,1\n")
    metadata = put("metadata.csv", "image,age_approx,sex\nISIC_0000001,50,female\nISIC_0000003,60,male\n")
    stated = stated_in([metadata, truth], {})
    assert stated[["label", "diagnoses", "age", "sex"]].to_dict("index") == {
        "ISIC_0000001": {"label": "NV", "diagnoses": "nevus", "age": "50", "sex": "female"},
        "ISIC_0000003": {"label": "", "diagnoses": "", "age": "60", "sex": "male"},
        "ISIC_0000002": {"label": "MEL", "diagnoses": "melanoma", "age": "", "sex": ""},
    }


def test_a_folder_stands_for_the_tables_in_it(put, tmp_path):
    put("b.csv", "image,dx\nx,nv\n")
    put("a.CSV", "image,age\nx,50\n")
    put(".hidden.csv", "nonsense")
    put("README.txt", "nonsense")
    assert [file.name for file in csv_files(tmp_path)] == ["a.CSV", "b.csv"]
    assert stated_in([str(tmp_path)], {}).loc["x", ["label", "age"]].tolist() == ["nv", "50"]


def test_a_repeated_row_is_one_and_other_words_for_one_diagnosis_are_no_contradiction(put):
    table = put("a.csv", "image,dx,age\nx,nv,50\nx,nevus,\nx,nv,50.0\n")
    assert stated_in([table], {})[["label", "age"]].to_dict("index") == {"x": {"label": "nv", "age": "50"}}


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("x,mel,50\n", r"x contradict each other in label: 'nv' \(.*a\.csv, line 2\) and 'mel' \(.*b\.csv, line 2\)"),
        ("x,nv,60\n", "contradict each other in age: '50'"),
        ("x,mel,50\ny,nv,\n", "and so do those of 1 others"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(put, second, message):
    first = put("a.csv", "image,dx,age\nx,nv,50\ny,mel,40\n")
    with pytest.raises(SourceError, match=message):
        stated_in([first, put("b.csv", f"image,dx,age\n{second}")], {})


def test_a_folder_without_tables_and_a_link_that_leaves_it_are_refused(tmp_path, put):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="expected CSV files in the folder"):
        stated_in([str(tmp_path / "empty")], {})
    (tmp_path / "empty/a.csv").symlink_to(put("secret.csv", "image,dx\nx,nv\n"))
    with pytest.raises(SourceError, match="leaves the folder"):
        stated_in([str(tmp_path / "empty")], {})


def test_a_table_without_rows_states_nothing(put):
    assert stated_in([put("a.csv", "image,dx\n")], {}).empty


@pytest.mark.real
def test_the_official_tables_at_hand_are_read_whole(ham10000):
    official = stated_in([str(ham10000.parent / "isic2019")], {})
    assert len(official) == 25_331
    assert (official["diagnoses"] != "").all()
    ham = stated_in([str(ham10000 / "HAM10000_metadata.csv")], {})
    assert (len(ham), ham["lesion_id"].nunique()) == (10_015, 7_470)
