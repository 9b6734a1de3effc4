"""What a table says of each image, in our words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.sources.records import is_picture, read_records


def read(tmp_path, text, own=None):
    file = tmp_path / "table.csv"
    file.write_text(text)
    return read_records(file, own or {})


def test_ham10000_is_read(tmp_path):
    rows = read(
        tmp_path,
        "lesion_id,image_id,dx,dx_type,age,sex,localization\nHAM_1,ISIC_0027419,bkl,histo,80.0,male,scalp\n"
        "HAM_2,ISIC_0025030,nv,follow_up,,unknown,unknown\n",
    )
    assert rows.drop(columns=["licence", "attribution", "patient_id"]).to_dict("records") == [
        {
            "key": "ISIC_0027419", "name": "ISIC_0027419", "label": "bkl", "lesion_id": "HAM_1", "age": "80",
            "diagnoses": "pigmented benign keratosis|seborrheic keratosis", "sex": "male", "site": "scalp", "line": 2,
        },
        {
            "key": "ISIC_0025030", "name": "ISIC_0025030", "label": "nv", "lesion_id": "HAM_2", "age": "",
            "diagnoses": "nevus", "sex": "", "site": "", "line": 3,
        },
    ]  # fmt: skip


def test_isic_2024_and_the_archive_keep_patients_licences_and_attribution(tmp_path):
    rows = read(
        tmp_path,
        "isic_id,target,patient_id,age_approx,sex,anatom_site_general,copyright_license,attribution,iddx_1\n"
        'ISIC_0000001,0,IP_1,85+,female,lower extremity,CC-BY,"A, B",Benign\n',
    )
    (row,) = rows.to_dict("records")
    assert (row["patient_id"], row["age"], row["licence"], row["attribution"]) == ("IP_1", "85", "CC-BY", "A, B")
    assert (row["label"], row["diagnoses"]) == ("Benign", "")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ISIC_0000001_downsampled", "ISIC_0000001"),
        ("ISIC_0000001.jpg", "ISIC_0000001"),
        ("train/v1/ISIC_0000001.JPG", "ISIC_0000001"),
        ("mole.v2", "mole.v2"),
        ("left arm", "left_arm"),
    ],
)
def test_an_image_is_known_by_its_number_or_its_name_without_ending(tmp_path, name, key):
    assert list(read(tmp_path, f"image\n{name}\n")["key"]) == [key]


@pytest.mark.parametrize(
    "name", ["../a.jpg", "/etc/passwd", "a/../../b", "C:/a.jpg", "a\\b.jpg", "a//b.jpg", "..", '""']
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(SourceError, match="line 3: expected"):
        read(tmp_path, f"image,dx\nfirst,nv\n{name},nv\n")


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("dx", "mole", "line 2: 'mole' is no known diagnosis; the nearest known"),
        ("age", "old", "line 2: expected an age in years, found 'old'"),
        ("age", "inf", "line 2: expected an age from 0 to 120"),
        ("age", "-1", "line 2: expected an age from 0 to 120"),
        ("age", "1900", "line 2: expected an age from 0 to 120"),
        ("sex", "7", "line 2: expected female, male or unknown"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_told_by_its_line(tmp_path, column, cell, message):
    with pytest.raises(SourceError, match=message):
        read(tmp_path, f"image,{column}\na,{cell}\n")


def test_labels_of_the_sources_own_are_kept_as_stated(tmp_path):
    (row,) = read(tmp_path, "image,dx\na,Leberfleck\n", {"Leberfleck": "nv"}).to_dict("records")
    assert (row["label"], row["diagnoses"]) == ("Leberfleck", "nevus")


def test_a_table_that_names_no_images_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"expected a column that names images .*found dx"):
        read(tmp_path, "lesion,dx\na,nv\n")
    with pytest.raises(SourceError, match="with commas"):
        read(tmp_path, "image;dx\na;nv\n")


def test_pictures_are_told_by_the_ends_of_their_names():
    assert is_picture("a/b.JPG")
    assert not is_picture("a.csv")


CELLS = st.one_of(st.sampled_from(["", "0", "1", "nan", "nv", "85+", "ISIC_0000001", "male"]), st.text(max_size=8))
COLUMNS = st.sampled_from(["image", "isic_id", "dx", "MEL", "NV", "age", "sex", "target", "diagnosis_1", "iddx_full"])


@given(st.lists(COLUMNS, min_size=1, max_size=5), st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=4))
def test_whatever_the_cells_only_a_source_error_comes_out(tmp_path_factory, header, rows):
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    lines = [",".join(header), *(",".join(row[: len(header)]) for row in rows)]
    file.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        records = read_records(file, {})
    except SourceError as error:
        assert str(file) in str(error)  # noqa: PT017 - some tables are good
    else:
        assert {name for cell in records["diagnoses"] for name in cell.split("|")} <= {"", *DIAGNOSES}
