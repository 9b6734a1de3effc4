import pytest

from dermaflow.quality.leaks import LEAK_COLUMNS, find_leaks

TRAIN = {"image_id": "t", "file": "Train/t.jpg", "official_partition": "train"}
TEST = {"image_id": "x", "file": "Test/x.jpg", "official_partition": "test"}


@pytest.mark.parametrize(
    ("shared", "link"),
    [
        ({"sha256": "s", "lesion_id": "L"}, "same bytes"),
        ({"pixels": "p", "patient_id": "P"}, "same pixels"),
        ({"isic_id": "ISIC_0000001"}, "same picture"),
        ({"lesion_id": "L", "patient_id": "P"}, "same lesion"),
        ({"patient_id": "P"}, "same patient"),
    ],
)
def test_a_test_image_tied_to_training_is_found_by_its_strongest_link(described, shared, link):
    leaks = find_leaks(described({**TRAIN, **shared}, {**TEST, **shared}))
    assert leaks.to_numpy().tolist() == [["x", "Test/x.jpg", link, "Train/t.jpg", "nevus"]]


def test_a_near_copy_leaks(described):
    assert find_leaks(described(TRAIN, TEST, near=[("t", "x")]))["link"].tolist() == ["near copy"]


def test_an_image_between_them_leaks_too(described):
    between = {"image_id": "m", "file": "m.jpg", "lesion_id": "L", "patient_id": "P"}
    leaks = find_leaks(described({**TRAIN, "lesion_id": "L"}, between, {**TEST, "patient_id": "P"}))
    assert leaks["link"].tolist() == ["linked through others"]


@pytest.mark.parametrize("other", [{"official_partition": "test"}, {"official_partition": ""}])
def test_only_the_sources_own_training_part_leaks(described, other):
    leaks = find_leaks(described({**TRAIN, **other, "lesion_id": "L"}, {**TEST, "lesion_id": "L"}))
    assert leaks.empty
    assert list(leaks.columns) == list(LEAK_COLUMNS)


def test_blanks_tie_nothing_and_no_row_is_no_error(described):
    rows = described(TRAIN, TEST)
    assert find_leaks(rows).empty
    assert find_leaks(rows[:0]).empty
