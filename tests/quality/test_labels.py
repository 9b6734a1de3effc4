import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.labels import settle, unconfirmed

TORN = (
    {"image_id": "a", "file": "1.jpg", "diagnosis": "melanoma"},
    {"image_id": "a", "file": "2.jpg", "diagnosis": "seborrheic keratosis"},
)


def outcome(settled):
    """Each row's diagnosis as believed, or why it cannot be used."""
    return [settled.findings["reason"].get(index, row["diagnosis"]) for index, row in settled.rows.iterrows()]


def test_an_official_label_settles_a_contradiction_and_the_correction_is_on_record(described, authorities):
    settled = settle(described(*TORN), authorities({"image_id": "a", "label": "melanoma"}))
    assert outcome(settled) == ["melanoma", "melanoma"]
    assert settled.corrections.to_numpy().tolist() == [["a", "2.jpg", "seborrheic keratosis", "melanoma", "board"]]
    assert settled.rows["confirmed_by"].tolist() == ["board", "board"]


def test_without_an_authority_a_contradiction_stays_one(described, authorities):
    settled = settle(described(*TORN), authorities())
    assert outcome(settled) == ["contradicting-labels"] * 2
    assert settled.findings["evidence"][0] == "filed as melanoma, but as seborrheic keratosis in 2.jpg"
    assert settled.corrections.empty


def test_an_authority_that_leaves_both_open_settles_nothing(described, authorities):
    told = authorities(
        {"image_id": "a", "label": "BKL", "diagnoses": "pigmented benign keratosis|seborrheic keratosis"}
    )
    both = described(TORN[1], {**TORN[0], "diagnosis": "pigmented benign keratosis"})
    assert outcome(settle(both, told)) == ["contradicting-labels"] * 2


def test_a_label_that_leaves_more_than_one_open_lets_the_folder_decide_between_them(described, authorities):
    told = authorities(
        {"image_id": "a", "label": "BKL", "diagnoses": "pigmented benign keratosis|seborrheic keratosis"}
    )
    settled = settle(described(*TORN), told)
    assert outcome(settled) == ["seborrheic keratosis"] * 2
    assert outcome(settle(described(TORN[0]), told)) == ["pigmented benign keratosis"]


def test_two_authorities_together_leave_open_what_both_allow(described, authorities):
    told = authorities(
        {"image_id": "a", "label": "akiec", "diagnoses": "actinic keratosis|squamous cell carcinoma"},
        {"image_id": "a", "authority": "court", "label": "squamous cell carcinoma"},
    )
    settled = settle(described({"image_id": "a"}), told)
    assert outcome(settled) == ["squamous cell carcinoma"]
    assert settled.corrections["authority"].tolist() == ["board|court"]
    assert settled.rows["confirmed_by"].tolist() == ["board|court"]


def test_authorities_that_disagree_leave_the_picture_out(described, authorities):
    told = authorities(
        {"image_id": "a", "label": "nevus"}, {"image_id": "a", "authority": "court", "label": "melanoma"}
    )
    settled = settle(described({"image_id": "a"}), told)
    assert outcome(settled) == ["authorities-disagree"]
    assert settled.findings["evidence"].tolist() == ["board says 'nevus' and court says 'melanoma'"]


def test_a_picture_that_is_officially_none_of_the_diagnoses_is_left_out(described, authorities):
    settled = settle(described({"image_id": "a"}), authorities({"image_id": "a", "label": "scar", "diagnoses": ""}))
    assert outcome(settled) == ["outside-taxonomy"]
    assert settled.findings["evidence"].tolist() == ["board says 'scar'"]


@pytest.mark.parametrize("label", ["UNK", "unknown", "benign", ""])
def test_an_authority_that_does_not_know_says_nothing(described, authorities, label):
    settled = settle(described({"image_id": "a"}), authorities({"image_id": "a", "label": label, "diagnoses": ""}))
    assert outcome(settled) == ["nevus"]
    assert settled.rows["confirmed_by"].tolist() == [""]


def test_the_table_of_a_challenge_is_an_authority_of_its_own(described, authorities):
    rows = described(
        {"image_id": "a", "file": "1.jpg", "diagnosis": "nevus"},
        {"image_id": "a", "file": "2.jpg", "diagnosis": "melanoma", "labelled_by": "table", "source": "ham10000"},
    )
    settled = settle(rows, authorities())
    assert outcome(settled) == ["melanoma", "melanoma"]
    assert settled.corrections["authority"].tolist() == ["ham10000"]


def test_a_source_may_give_a_label_a_meaning_of_its_own(described, authorities):
    row = {"image_id": "a", "diagnosis": "melanoma", "label": "class 4", "labelled_by": "table", "source": "clinic"}
    assert settle(described(row), authorities()).rows["confirmed_by"].tolist() == ["clinic"]


def test_a_wide_label_follows_a_narrow_one_of_the_same_picture(described, authorities):
    table = {"labelled_by": "table", "source": "ham10000", "label": "bkl", "diagnosis": "pigmented benign keratosis"}
    rows = described(
        {"image_id": "a", "file": "1", "diagnosis": "seborrheic keratosis"}, {"image_id": "a", "file": "2", **table}
    )
    settled = settle(rows, authorities())
    assert outcome(settled) == ["seborrheic keratosis"] * 2
    assert settled.corrections.empty


def test_a_folder_with_a_wide_label_is_narrowed_by_the_record_and_not_corrected(described, authorities):
    rows = described({"image_id": "a", "label": "bkl", "diagnosis": "pigmented benign keratosis"})
    settled = settle(rows, authorities({"image_id": "a", "label": "seborrheic keratosis"}))
    assert outcome(settled) == ["seborrheic keratosis"]
    assert settled.corrections.empty


def test_records_of_which_one_names_none_of_ours_disagree(described, authorities):
    told = authorities(
        {"image_id": "a", "label": "BKL", "diagnoses": "pigmented benign keratosis|seborrheic keratosis"},
        {"image_id": "a", "authority": "court", "label": "solar lentigo", "diagnoses": ""},
    )
    assert outcome(settle(described({"image_id": "a"}), told)) == ["authorities-disagree"]


def test_a_vague_word_that_a_source_gives_a_meaning_says_something(described, authorities):
    row = {"image_id": "a", "diagnosis": "nevus", "label": "benign", "labelled_by": "table", "source": "clinic"}
    assert settle(described(row), authorities()).rows["confirmed_by"].tolist() == ["clinic"]


def test_an_image_without_a_label_gets_the_official_one_or_leaves(described, authorities):
    rows = described(*({"image_id": name, "diagnosis": "", "label": ""} for name in "ab"))
    settled = settle(rows, authorities({"image_id": "a", "label": "nevus"}))
    assert outcome(settled) == ["nevus", "outside-taxonomy"]
    assert settled.corrections.empty
    assert settled.findings["evidence"].tolist() == ["no label"]


def test_what_nobody_confirms_can_be_told(described, authorities):
    rows = described({"image_id": "a"}, {"image_id": "b"})
    found = unconfirmed(settle(rows, authorities({"image_id": "a", "label": "nevus"})).rows)
    assert found.index.tolist() == [1]
    assert found["reason"].tolist() == ["label-not-confirmed"]


filings = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", *DIAGNOSES[:4]])), min_size=1, max_size=15)
sets = st.lists(st.sampled_from(DIAGNOSES[:4]), max_size=3, unique=True)
words = st.lists(st.tuples(st.integers(0, 5), sets, st.sampled_from(["board", "court"])), max_size=8)


@settings(deadline=None, max_examples=60)
@given(filings, words)
def test_each_picture_ends_with_one_diagnosis_that_every_authority_allows_or_with_none(
    described, authorities, drawn, told
):
    rows = described(
        *({"image_id": f"i{n}", "file": f"{k}", "diagnosis": d, "label": d} for k, (n, d) in enumerate(drawn))
    )
    said = authorities(
        *({"image_id": f"i{n}", "authority": who, "label": "x", "diagnoses": "|".join(of)} for n, of, who in told)
    )
    settled = settle(rows, said)
    used = settled.rows.drop(index=settled.findings.index)
    assert settled.findings.index.is_unique
    assert (used.groupby("image_id")["diagnosis"].nunique() == 1).all()
    for image_id, diagnosis in zip(used["image_id"], used["diagnosis"], strict=True):
        stated = [set(of) for n, of, _ in told if f"i{n}" == image_id]
        assert all(diagnosis in of for of in stated)
    for file, after in zip(settled.corrections["file"], settled.corrections["to_diagnosis"], strict=True):
        assert after == used.set_index("file")["diagnosis"][file] != drawn[int(file)][1] != ""
