import pandas as pd

from dermaflow.quality.pictures import with_content_groups, with_pictures


def test_bytes_pixels_or_the_archive_number_make_one_picture(ingested):
    rows = ingested(
        {"image_id": "a", "sha256": "1"},
        {"image_id": "b", "sha256": "1", "isic_id": "ISIC_0000001"},
        {"image_id": "c", "sha256": "2", "isic_id": "ISIC_0000001"},
        {"image_id": "d", "sha256": "3"},
        {"image_id": "e", "sha256": "4"},
    )
    facts = pd.DataFrame({"image_id": list("abcde"), "pixels_sha256": ["p", "p", "q", "q", ""]})
    pictures = with_pictures(rows, facts)["picture"]
    assert pictures.nunique() == 2
    assert (pictures[:4] == pictures[0]).all()


def test_an_image_that_could_not_be_decoded_is_tied_to_nothing_by_its_pixels(ingested):
    rows = ingested({"image_id": "a"}, {"image_id": "b"})
    facts = pd.DataFrame({"image_id": ["a"], "pixels_sha256": [""]})
    assert with_pictures(rows, facts)["picture"].tolist() == [0, 1]


def test_near_copies_are_joined_through_others_and_named_after_the_first(described):
    rows = described(*({"image_id": name} for name in "cabd"), near=[("a", "b"), ("c", "b"), ("d", "gone")])
    assert rows["content_group"].tolist() == ["a", "a", "a", "d"]


def test_the_same_picture_in_other_bytes_is_one_content(described):
    rows = described({"image_id": "b", "isic_id": "ISIC_0000001"}, {"image_id": "a", "isic_id": "ISIC_0000001"})
    assert rows["content_group"].tolist() == ["a", "a"]


def test_the_arguments_are_left_as_they_are_and_no_row_is_no_error(ingested):
    rows = ingested({"image_id": "a"})
    before = rows.copy()
    facts = pd.DataFrame({"image_id": ["a"], "pixels_sha256": ["p"]})
    near = pd.DataFrame(columns=["image_id", "other_id"])
    with_content_groups(with_pictures(rows, facts), near)
    pd.testing.assert_frame_equal(rows, before)
    assert with_content_groups(with_pictures(rows[:0], facts[:0]), near).empty
