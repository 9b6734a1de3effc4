import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermaflow.quality.conflicts import contradictions, exact_copies, near_contradictions, too_rare

REASON = "contradicting-labels"
labels = st.sampled_from(["nevus", "melanoma", "dermatofibroma"])
contents = st.lists(st.tuples(st.sampled_from("abcdef"), labels), min_size=1, max_size=25)


def test_all_rows_of_a_content_under_two_diagnoses_are_found(ingested):
    rows = ingested(
        {"image_id": "a", "diagnosis": "melanoma"},
        {"image_id": "b", "diagnosis": "nevus"},
        {"image_id": "a", "diagnosis": "seborrheic keratosis"},
    )

    found = contradictions(rows, "sha256", REASON)

    assert found.index.tolist() == [0, 2]
    assert found["reason"].tolist() == [REASON, REASON]
    assert found["evidence"][0] == "filed as melanoma, but as seborrheic keratosis in seborrheic keratosis/a.jpg"
    assert found["evidence"][2] == "filed as seborrheic keratosis, but as melanoma in melanoma/a.jpg"


def test_a_contradiction_is_found_under_different_ids(ingested):
    rows = ingested(
        {"image_id": "a", "diagnosis": "melanoma", "sha256": "same"},
        {"image_id": "b", "diagnosis": "nevus", "sha256": "same"},
    )
    assert contradictions(rows, "sha256", REASON).index.tolist() == [0, 1]


def test_one_content_twice_under_one_diagnosis_is_no_contradiction(ingested):
    assert contradictions(ingested({"image_id": "a"}, {"image_id": "a"}), "sha256", REASON).empty


def test_the_first_file_of_exact_copies_stays(described):
    rows = described(
        {"image_id": "b", "sha256": "same", "file": "nevus/b.jpg"},
        {"image_id": "a", "sha256": "same", "file": "nevus/a.jpg"},
        {"image_id": "c"},
    )

    found = exact_copies(rows)

    assert found.index.tolist() == [0]
    assert found["evidence"].tolist() == ["the same bytes as nevus/a.jpg"]


def test_the_row_of_the_official_test_part_stays(described):
    rows = described(
        {"image_id": "a", "file": "1/a.jpg", "official_partition": "train"},
        {"image_id": "a", "file": "2/a.jpg", "official_partition": "test"},
    )
    assert exact_copies(rows).index.tolist() == [0]


def test_the_same_pixels_in_other_bytes_are_an_exact_copy(described):
    rows = described({"image_id": "a", "pixels": "same"}, {"image_id": "b", "pixels": "same"}, {"image_id": "c"})
    found = exact_copies(rows)
    assert found.index.tolist() == [1]
    assert found["evidence"].tolist() == ["the same pixels as nevus/a.jpg"]


def test_of_near_copies_under_two_diagnoses_the_one_that_an_authority_confirms_stays(described):
    rows = described(
        {"image_id": "a", "diagnosis": "melanoma"},
        {"image_id": "b", "diagnosis": "nevus"},
        {"image_id": "c", "diagnosis": "nevus"},
        near=[("a", "b"), ("b", "c")],
    )
    assert near_contradictions(rows.assign(confirmed_by=["", "", ""])).index.tolist() == [0, 1, 2]
    assert near_contradictions(rows.assign(confirmed_by=["board", "", ""])).index.tolist() == [1, 2]
    assert near_contradictions(rows.assign(confirmed_by=["", "board", ""])).index.tolist() == [0]
    assert near_contradictions(rows.assign(confirmed_by=["board", "board", ""])).index.tolist() == [0, 1, 2]


@settings(deadline=None, max_examples=30)
@given(contents)
def test_without_contradictions_and_copies_each_content_stands_once(described, drawn):
    rows = described(*({"image_id": name, "diagnosis": label, "file": f"{i}"} for i, (name, label) in enumerate(drawn)))

    agreed = rows.drop(index=contradictions(rows, "sha256", REASON).index)
    single = agreed.drop(index=exact_copies(agreed).index)

    undisputed = {name for name, _ in drawn if len({label for other, label in drawn if other == name}) == 1}
    assert sorted(single["image_id"]) == sorted(undisputed)


@settings(deadline=None, max_examples=30)
@given(contents, st.integers(1, 6))
def test_after_the_rare_leave_each_diagnosis_has_enough(ingested, drawn, least):
    rows = ingested(*({"image_id": name, "diagnosis": label} for name, label in drawn))

    found = too_rare(rows, least)

    left = rows.drop(index=found.index)["diagnosis"].value_counts()
    gone = rows.loc[found.index, "diagnosis"].value_counts()
    assert (left >= least).all()
    assert (gone < least).all()
    assert not set(left.index) & set(gone.index)


@pytest.mark.parametrize("least", [2, 3])
def test_the_evidence_of_a_rare_diagnosis_counts(ingested, least):
    rows = ingested({"image_id": "a", "diagnosis": "melanoma"})
    assert too_rare(rows, least)["evidence"].tolist() == [f"1 of melanoma left, expected at least {least}"]
