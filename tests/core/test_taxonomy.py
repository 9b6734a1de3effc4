import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import DermaflowError, SourceError
from dermaflow.core.taxonomy import (
    _OPEN,
    _TABLE,
    DIAGNOSES,
    MELANOMA,
    _key,
    deepest_known,
    diagnosis_of,
    in_order,
    is_known,
    leaves_open,
    meanings_of,
)


@pytest.mark.parametrize("label", ["basal cell carcinoma", "Basal_Cell Carcinoma", "  BASAL  cell-carcinoma ", "BCC"])
def test_spelling_does_not_matter(label):
    assert diagnosis_of(label) == "basal cell carcinoma"
    assert meanings_of(label) == ("basal cell carcinoma",)


@pytest.mark.parametrize(
    ("label", "meanings"),
    [
        *((name, (name,)) for name in DIAGNOSES),
        # HAM10000's dx
        ("akiec", ("actinic keratosis", "squamous cell carcinoma")),
        ("bkl", ("pigmented benign keratosis", "seborrheic keratosis")),
        ("nv", ("nevus",)),
        ("mel", ("melanoma",)),
        ("df", ("dermatofibroma",)),
        ("vasc", ("vascular lesion",)),
        # columns of ISIC 2018 and 2019
        ("MEL", ("melanoma",)),
        ("AK", ("actinic keratosis",)),
        ("SCC", ("squamous cell carcinoma",)),
        ("UNK", ()),
        # ISIC 2020
        ("lentigo NOS", ()),
        ("cafe-au-lait macule", ()),
        ("benign", ()),
        # the archive's diagnosis_1…diagnosis_5
        ("Melanoma, NOS", ("melanoma",)),
        ("Malignant melanocytic proliferations (Melanoma)", ("melanoma",)),
        ("Solar or actinic keratosis", ("actinic keratosis",)),
        ("Squamous cell carcinoma in situ", ("squamous cell carcinoma",)),
        ("Nevus, Atypical, Dysplastic, or Clark", ("nevus",)),
        ("Lymphocytic proliferations - T-Cell/NK", ()),
        ("Hemangioma", ("vascular lesion",)),
        ("Bowen’s disease", ("squamous cell carcinoma",)),
        ("", ()),
    ],
)
def test_every_label_of_the_sources_means_what_they_mean_by_it(label, meanings):
    assert meanings_of(label) == meanings


def test_an_unknown_label_is_told_the_nearest_known_ones():
    with pytest.raises(SourceError, match="'melanomma' is no known diagnosis; the nearest known: melanoma"):
        meanings_of("melanomma")
    assert not is_known("melanomma")
    assert is_known("Melanoma")


def test_a_label_near_to_none_is_told_all():
    with pytest.raises(SourceError, match=DIAGNOSES[-1]):
        diagnosis_of("日本")


@pytest.mark.parametrize("label", ["akiec", "unknown", ""])
def test_a_label_that_does_not_name_one_diagnosis_is_no_diagnosis(label):
    with pytest.raises(SourceError, match="may mean"):
        diagnosis_of(label)


def test_of_a_hierarchical_label_the_deepest_known_level_counts():
    assert deepest_known(["Benign", "Benign melanocytic proliferations", "Nevus", "Nevus, of a new kind"]) == "Nevus"
    assert deepest_known(["Malignant", "Malignant epidermal proliferations", "", ""]) == (
        "Malignant epidermal proliferations"
    )
    assert deepest_known(["", ""]) == ""
    with pytest.raises(SourceError, match="'something new'"):
        deepest_known(["something", "something new"])


def test_a_label_that_names_none_of_ours_may_leave_open_whether_it_is_one():
    assert all(leaves_open(label) for label in ("", "UNK", "benign", "Malignant", "Benign melanocytic proliferations"))
    assert not any(leaves_open(label) for label in ("nevus", "bkl", "lentigo NOS", "Cysts", "mellanoma"))


def test_no_label_stands_in_the_table_twice():
    listed = [_key(label) for labels in (*_TABLE.values(), _OPEN) for label in labels.split(";")]
    assert len(listed) == len(set(listed))
    assert not set(listed) & set(DIAGNOSES)


def test_classes_have_one_order():
    assert in_order(["nevus", "melanoma", "nevus"]) == ("melanoma", "nevus")
    assert in_order(reversed(DIAGNOSES)) == DIAGNOSES == tuple(sorted(DIAGNOSES))
    assert MELANOMA in DIAGNOSES


@given(st.text())
def test_whatever_the_label_only_a_source_error_comes_out(label):
    try:
        assert set(meanings_of(label)) <= set(DIAGNOSES)
    except DermaflowError as error:
        said = str(error)
        assert "is no known diagnosis" in said
