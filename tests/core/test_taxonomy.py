import pytest

from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import DIAGNOSES, MELANOMA, diagnosis_of, in_order


@pytest.mark.parametrize("label", ["basal cell carcinoma", "Basal_Cell Carcinoma", "  BASAL  cell carcinoma "])
def test_spelling_does_not_matter(label):
    assert diagnosis_of(label) == "basal cell carcinoma"


def test_an_unknown_label_is_told_the_nearest_known_ones():
    with pytest.raises(SourceError, match="'melanomma' is no known diagnosis; the nearest known: melanoma"):
        diagnosis_of("melanomma")


def test_a_label_near_to_none_is_told_all():
    with pytest.raises(SourceError, match=DIAGNOSES[-1]):
        diagnosis_of("???")


def test_classes_have_one_order():
    assert in_order(["nevus", "melanoma", "nevus"]) == ("melanoma", "nevus")
    assert in_order(reversed(DIAGNOSES)) == DIAGNOSES == tuple(sorted(DIAGNOSES))
    assert MELANOMA in DIAGNOSES
