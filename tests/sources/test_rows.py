"""From offers to the table of ingested images."""

from dermaflow.core.lesions import INGESTED_COLUMNS, is_phantom
from dermaflow.sources.index import Content
from dermaflow.sources.offers import Offer
from dermaflow.sources.rows import differences, table_of


def offer(file, diagnosis="nevus", source="clinic"):
    return Offer(
        name="x",
        file=file,
        diagnosis=diagnosis,
        label=diagnosis,
        labelled_by="folder",
        source=source,
        state="",
        reference="",
        age="40",
    )


def table(*offers, generated=False):
    return table_of(offers, [Content("", "ab", generated)] * len(offers), {("x", "ab"): "x"})


def test_one_image_filed_twice_gives_two_rows():
    rows = table(offer("nevus/x.jpg"), offer("melanoma/x.jpg", "melanoma"))
    assert tuple(rows.columns) == INGESTED_COLUMNS
    assert rows["image_id"].tolist() == ["x", "x"]
    assert rows["diagnosis"].tolist() == ["nevus", "melanoma"]
    assert rows["age"].tolist() == ["40", "40"]
    assert rows["site"].tolist() == ["", ""]


def test_a_generated_image_stays_marked_wherever_it_is_found():
    assert table(offer("a"), generated=True)["source"].tolist() == ["phantom-clinic"]
    assert table(offer("a", source="phantom-a"), generated=True)["source"].tolist() == ["phantom-a"]
    assert is_phantom(table(offer("a"), generated=True))
    assert not is_phantom(table(offer("a")))


def test_differences_are_counted_by_file():
    before = table(offer("a"), offer("b"), offer("c"))
    after = table(offer("b"), offer("c", "melanoma"), offer("d"), offer("e"))
    assert differences(before, after) == {"added": 2, "changed": 1, "removed": 1, "kept": 1}
