import pandas as pd
import pytest

from dermaflow.quality.labels import settle
from dermaflow.quality.leaks import find_leaks
from dermaflow.quality.screening import Screened
from dermaflow.quality.shortcuts import Shortcut
from dermaflow.quality.story import Found, story_of
from dermaflow.quality.withheld import withheld

TORN = [
    {
        "image_id": "a",
        "file": "1.jpg",
        "diagnosis": "melanoma",
        "isic_id": "ISIC_0000001",
        "official_partition": "train",
    },
    {"image_id": "a", "file": "2.jpg", "diagnosis": "nevus", "isic_id": "ISIC_0000001", "official_partition": "test"},
    {"image_id": "b", "file": "c (1).jpg", "lesion_id": "L1"},
    {"image_id": "c", "file": "c.jpg", "lesion_id": "L2"},
]


@pytest.fixture
def told(described, authorities):
    """The story of rows, as one text."""

    def _told(rows, said=(), near=(), shortcuts=(), withheld_sources=()):
        table, spoken = described(*rows, near=near), authorities(*said)
        kept = withheld(table.assign(also_lesion_id=""), withheld_sources)
        settled = settle(table.drop(index=kept.index), spoken)
        aside = table.join(pd.concat([kept, settled.findings]), how="inner")
        screened = Screened(settled.rows.drop(index=settled.findings.index), aside, settled.corrections)
        return "\n".join(story_of(Found(table, spoken, screened, find_leaks(table), shortcuts)))

    return _told


def test_the_story_tells_of_files_contradictions_leaks_and_lesions(told):
    story = told(TORN)
    assert "4 files show 3 pictures under 1 number of the ISIC Archive." in story
    assert "1 file is named as a copy of another." in story
    assert "1 picture is filed under more than one diagnosis: melanoma and nevus (1)." in story
    assert "In 1 of these cases the files are identical to the byte." in story
    assert "No authority on labels was given" in story
    assert "1 of 1 test image of the source's own division is tied to its training images: same bytes 1." in story
    assert "1 of the 3 pictures have no known lesion" in story


def test_the_story_tells_what_authorities_settle_and_what_they_never_confirm(told):
    story = told(TORN, [{"image_id": "a", "label": "melanoma"}])
    assert "Official labels settle 1 of these contradictions; 0 cannot be settled" in story
    assert "Official labels are known for 1 of the 3 pictures." in story
    assert "1 label is corrected by them: nevus → melanoma (1)." in story
    assert "No picture filed as nevus is confirmed: of 3, 1 is officially something else and 2 are unknown" in story
    assert "No picture filed as melanoma" not in story


def test_a_contradiction_that_is_withheld_is_neither_settled_nor_open(told):
    rows = [row | {"source": "theirs"} for row in TORN[:2]] + TORN[2:]
    story = told(rows, [{"image_id": "c", "label": "nevus"}], withheld_sources=["theirs"])
    assert "1 of these is withheld for another task." in story
    assert "settle" not in story


def test_near_copies_and_telling_shortcuts_have_a_sentence_of_their_own(told):
    shortcuts = (
        Shortcut(
            "id range", "the number of the image", (0.5, 0.4, 0.6), (0.8, 0.7, 0.9), (0.92, 0.9, 0.94), None, 9, ()
        ),
        Shortcut("bytes", "the size of the file", (0.3, 0.2, 0.4), (0.5, 0.4, 0.6), (0.55, 0.5, 0.6), None, 9, ()),
    )
    story = told(TORN[2:], near=[("b", "c")], shortcuts=shortcuts)
    assert "2 pictures of different names are near copies of each other, in 1 group." in story
    assert "the number of the image tells melanoma from the rest with an AUC of 0.92" in story
    assert "the size of the file" not in story


def test_a_collection_with_nothing_wrong_has_a_short_story(told):
    assert told([{"image_id": "a", "lesion_id": "L1"}]) == "1 file shows 1 picture."


def test_the_records_of_a_source_are_told_apart_from_authorities(told):
    rows = [{"image_id": name, "labelled_by": "table", "source": "clinic"} for name in "ab"]
    story = told(rows, [{"image_id": "a", "label": "nevus"}])
    assert "2 of the 2 pictures are labelled by their source's own records" in story
    assert "Official labels are known for 1 of the 2 pictures." in story
    assert "Official labels" not in told(rows)
