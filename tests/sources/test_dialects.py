"""Every way in which the sources state labels."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.sources.csv_table import CsvTable
from dermaflow.sources.dialects import labels_in, meanings


def table(**columns):
    n_rows = len(next(iter(columns.values())))
    return CsvTable(Path("t.csv"), columns, list(range(2, n_rows + 2)))


@pytest.mark.parametrize(
    ("columns", "labels"),
    [
        ({"dx": ["akiec", ""]}, ["akiec", ""]),
        ({"mel": ["1.0", "0"], "nv": ["0.0", "0"], "unk": ["0.0", "1"]}, ["MEL", "UNK"]),
        ({"benign_malignant": ["benign", "1.0"]}, ["benign", "malignant"]),
        ({"melanoma": ["0.0", "1.0", "0"], "seborrheic_keratosis": ["1.0", "0.0", "0"]},
         ["seborrheic keratosis", "melanoma", "nevus"]),
        ({"diagnosis": ["unknown", "nan"], "benign_malignant": ["benign", "malignant"], "target": ["0", "1"]},
         ["unknown", "malignant"]),
        ({"target": ["0", "1"], "iddx_full": ["Benign", "x"], "iddx_1": ["Benign", "Malignant"],
          "iddx_3": ["", "Melanoma in situ"], "iddx_4": ["", "Melanoma in situ, of a new kind"]},
         ["Benign", "Melanoma in situ"]),
        ({"iddx_full": ["Malignant::Malignant epidermal proliferations::Squamous cell carcinoma, NOS", "Benign"]},
         ["Squamous cell carcinoma, NOS", "Benign"]),
        ({"diagnosis": ["nevus", "melanoma"], "diagnosis_1": ["Benign", ""], "diagnosis_3": ["Nevus", ""]},
         ["Nevus", "melanoma"]),
        ({"age": ["1"]}, None),
        ({"mel": ["1"]}, None),
    ],
)  # fmt: skip
def test_each_dialect_is_told_by_its_columns(columns, labels):
    assert labels_in(table(**columns), {}) == labels


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"mel": ["1", "1"], "nv": ["0", "1"]}, r"t\.csv, line 3: expected one 1 among zeros, found MEL 1, NV 1"),
        ({"mel": ["0"], "nv": ["0"]}, "line 2: expected one 1"),
        ({"mel": ["0.4"], "nv": ["0.6"]}, "expected 0 or 1, found '0.4'"),
        ({"melanoma": ["1"], "seborrheic_keratosis": ["1"]}, "found both"),
        ({"diagnosis_1": ["Wart", "Wort"]}, r"line 2: 'Wart' is no known diagnosis"),
    ],
)
def test_a_row_that_states_no_label_properly_is_told_by_its_line(columns, message):
    with pytest.raises(SourceError, match=message):
        labels_in(table(**columns), {})


def test_labels_of_the_sources_own_come_first_in_a_hierarchy_too():
    own = {"Wart": "benign", "Nevus, of ours": "dermatofibroma"}
    rows = table(diagnosis_1=["Wart", "Benign"], diagnosis_2=["", "Nevus, of ours"])
    assert labels_in(rows, own) == ["Wart", "Nevus, of ours"]
    assert meanings("Nevus, of ours", own) == ("dermatofibroma",)
    assert meanings("Wart", own) == ()
    with pytest.raises(SourceError, match="no known diagnosis"):
        meanings("Wart", {"Wart": "wart"})


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.sampled_from(["nv", "bkl", "UNK"]))))
def test_whatever_a_source_says_its_labels_mean_only_a_source_error_comes_out(own):
    for label in own:
        try:
            assert set(meanings(label, own)) <= set(DIAGNOSES)
        except SourceError as error:
            assert "is no known diagnosis" in str(error)  # noqa: PT017 - some are known
