import base64
from itertools import pairwise

import pandas as pd
import pytest

from dermaflow.core.lesions import QUARANTINE_COLUMNS
from dermaflow.quality.contact_sheets import PICTURES_A_SHEET, contact_sheets, leak_sheets, near_copy_sheet
from dermaflow.quality.leaks import LEAK_COLUMNS
from dermaflow.quality.thumbnails import grey_tile


@pytest.fixture
def picture(draw, encode):
    """Another picture for each image_id; keeps count of what it was asked for."""
    asked = []

    def _picture(image_id):
        asked.append(image_id)
        return b"nothing to see" if "broken" in image_id else encode(draw(seed=len(image_id)))

    _picture.asked = asked
    return _picture


def quarantined(lesions, *given):
    rows = [(*lesions[["image_id", "file"]].iloc[place], reason, evidence) for place, reason, evidence in given]
    return pd.DataFrame(rows, columns=list(QUARANTINE_COLUMNS), dtype=str)


def many(ingested, n, reason):
    lesions = ingested({"image_id": "IMG_0"}).loc[[0] * n].reset_index(drop=True)
    numbers = lesions.index.astype(str)
    lesions = lesions.assign(image_id="IMG_" + numbers, file="nevus/IMG_" + numbers + ".jpg")
    return lesions, lesions[["image_id", "file"]].assign(reason=reason, evidence="as measured")


def test_each_reason_has_a_sheet_the_most_frequent_first(ingested, picture):
    lesions = ingested({"image_id": "a"}, {"image_id": "b"}, {"image_id": "c"})
    table = quarantined(lesions, (0, "blank", "one shade"), (1, "truncated", "ends"), (2, "truncated", "ends"))

    sheets = contact_sheets(table, lesions, picture)

    assert [(sheet.reason, sheet.total, sheet.unshown) for sheet in sheets] == [("truncated", 2, 0), ("blank", 1, 0)]
    (tile,) = sheets[1].tiles
    assert (tile.pictures[0].image_id, tile.pictures[0].label, tile.evidence) == ("a", "nevus", "one shade")


def test_a_hundred_thousand_images_are_no_more_work_than_forty_eight(ingested, picture):
    lesions, table = many(ingested, 100_000, "blurred")

    (sheet,) = contact_sheets(table, lesions, picture)

    shown = [int(tile.pictures[0].image_id[4:]) for tile in sheet.tiles]
    assert len(picture.asked) == len(shown) == PICTURES_A_SHEET
    assert (shown[0], shown[-1]) == (0, 99_999)
    steps = {later - former for former, later in pairwise(shown)}
    assert max(steps) - min(steps) <= 1
    assert sheet.unshown == 100_000 - PICTURES_A_SHEET


def test_a_file_that_the_evidence_ends_with_stands_beside(ingested, picture):
    lesions = ingested(
        {"image_id": "a", "diagnosis": "melanoma", "file": "Train/melanoma/a b (1).jpg"},
        {"image_id": "a", "diagnosis": "seborrheic keratosis", "file": "Test/seborrheic keratosis/a in b.jpg"},
    )
    table = quarantined(
        lesions,
        (
            0,
            "torn",
            "filed as melanoma, but as seborrheic keratosis in Test/seborrheic keratosis/a in b.jpg and 1 more",
        ),
        (1, "torn", "filed as seborrheic keratosis, but as melanoma in Train/melanoma/a b (1).jpg"),
    )

    (sheet,) = contact_sheets(table, lesions, picture)

    (tile,) = sheet.tiles  # shown once, although each of the two names the other
    assert [shown.label for shown in tile.pictures] == ["melanoma", "seborrheic keratosis"]
    assert (sheet.total, sheet.unshown) == (2, 0)
    assert picture.asked == ["a"]  # one image, fetched once


def test_two_images_that_name_each_other_stand_side_by_side_once(ingested, picture):
    lesions = ingested({"image_id": "a"}, {"image_id": "b"}, {"image_id": "c"})
    table = quarantined(lesions, (0, "near", "like nevus/b.jpg"), (1, "near", "like nevus/a.jpg"), (2, "near", "alone"))

    (sheet,) = contact_sheets(table, lesions, picture)

    assert [[shown.image_id for shown in tile.pictures] for tile in sheet.tiles] == [["a", "b"], ["c"]]


def test_pairs_fill_a_sheet_with_half_as_many_tiles(ingested, picture):
    lesions, table = many(ingested, 300, "exact-copy")
    others = lesions.assign(image_id="other_" + lesions["image_id"], file="other/" + lesions["file"])
    table = table.assign(evidence="the same bytes as " + others["file"])

    (sheet,) = contact_sheets(table, pd.concat([lesions, others], ignore_index=True), picture)

    assert len(sheet.tiles) == PICTURES_A_SHEET // 2
    assert sheet.unshown == 300 - PICTURES_A_SHEET // 2


def test_an_unreadable_file_is_shown_as_a_grey_tile(ingested, picture):
    lesions = ingested({"image_id": "broken"})
    (sheet,) = contact_sheets(quarantined(lesions, (0, "truncated", "ends")), lesions, picture)
    assert sheet.tiles[0].pictures[0].jpeg == grey_tile("cannot be read\nas a picture")


def test_a_thumbnail_gives_itself_as_an_address(ingested, picture):
    lesions = ingested({"image_id": "a"})
    (sheet,) = contact_sheets(quarantined(lesions, (0, "blank", "")), lesions, picture)
    shown = sheet.tiles[0].pictures[0]
    kind, _, data = shown.address.partition(",")
    assert (kind, base64.b64decode(data)) == ("data:image/jpeg;base64", shown.jpeg)


def test_nothing_in_quarantine_is_no_sheet(ingested, picture):
    lesions = ingested({"image_id": "a"})
    assert contact_sheets(pd.DataFrame(columns=list(QUARANTINE_COLUMNS), dtype=str), lesions, picture) == ()
    assert leak_sheets(pd.DataFrame(columns=list(LEAK_COLUMNS), dtype=str), lesions, picture) == ()


def test_leaks_show_test_beside_training_the_strongest_link_first(ingested, picture):
    lesions = ingested(
        {"image_id": "t", "official_partition": "test"},
        {"image_id": "u", "official_partition": "test"},
        {"image_id": "a", "official_partition": "train", "diagnosis": "melanoma"},
    )
    leaks = pd.DataFrame(
        [
            ("t", "nevus/t.jpg", "same lesion", "melanoma/a.jpg", "melanoma"),
            ("u", "nevus/u.jpg", "same bytes", "melanoma/a.jpg", "melanoma"),
        ],
        columns=list(LEAK_COLUMNS),
    )

    sheets = leak_sheets(leaks, lesions, picture)

    assert [sheet.reason for sheet in sheets] == ["same bytes", "same lesion"]
    shown = [(each.image_id, each.label, each.partition) for each in sheets[0].tiles[0].pictures]
    assert shown == [("u", "nevus", "test"), ("a", "melanoma", "train")]


def test_of_each_group_of_near_copies_two_stand_side_by_side(described, picture):
    rows = described(
        {"image_id": "a"}, {"image_id": "b"}, {"image_id": "c"}, {"image_id": "d"}, near=[("a", "c"), ("c", "d")]
    )
    sheet = near_copy_sheet(rows, rows, picture)
    assert [[shown.image_id for shown in tile.pictures] for tile in sheet.tiles] == [["a", "c"]]
    assert (sheet.total, sheet.unshown) == (3, 1)
    assert near_copy_sheet(rows.iloc[:2], rows, picture) is None


def test_a_label_is_shown_as_the_diagnosis_that_it_names(ingested, picture):
    lesions = ingested(
        {"image_id": "a", "label": "nv"}, {"image_id": "b", "diagnosis": "", "label": "UNK", "file": "b.jpg"}
    )
    (sheet,) = contact_sheets(quarantined(lesions, (0, "blank", ""), (1, "blank", "")), lesions, picture)
    assert [tile.pictures[0].label for tile in sheet.tiles] == ["nevus", "UNK"]
