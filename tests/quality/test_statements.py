import pytest

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.statements import ALL, BIT, bits_of, claims, names_in, statements


def test_a_set_of_diagnoses_is_a_number_and_back():
    assert names_in(bits_of(["nevus", "melanoma", "nevus"])) == ["melanoma", "nevus"]
    assert names_in(ALL) == list(DIAGNOSES)
    assert bits_of([""]) == bits_of([]) == 0


@pytest.mark.parametrize(
    ("label", "diagnosis", "names"),
    [
        ("nevus", "nevus", ["nevus"]),
        ("bkl", "pigmented benign keratosis", ["pigmented benign keratosis", "seborrheic keratosis"]),
        ("class 4", "melanoma", ["melanoma"]),
        ("benign", "nevus", ["nevus"]),
        ("scar", "", []),
        ("", "", []),
    ],
)
def test_a_label_claims_what_it_may_mean_unless_its_source_means_something_else(described, label, diagnosis, names):
    rows = described({"image_id": "a", "label": label, "diagnosis": diagnosis})
    assert names_in(int(claims(rows)[0])) == names


def test_statements_are_those_of_authorities_and_of_sources_that_keep_records(described, authorities):
    rows = described(
        {"image_id": "a"}, {"image_id": "b", "labelled_by": "table", "source": "clinic"}, {"image_id": "c"}
    )
    stated = statements(rows, authorities({"image_id": "a", "label": "melanoma"}, {"image_id": "z", "label": "nevus"}))
    told = stated[["picture", "authority", "label", "allows", "likeliest", "own"]].to_numpy().tolist()
    assert told == [
        [1, "clinic", "nevus", BIT["nevus"], "nevus", True],
        [0, "board", "melanoma", BIT["melanoma"], "melanoma", False],
    ]
