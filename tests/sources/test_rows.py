"""From offers to the table of ingested images."""

from pathlib import Path

from dermaflow.core.lesions import INGESTED_COLUMNS, is_phantom
from dermaflow.sources.index import Content
from dermaflow.sources.offers import Offer
from dermaflow.sources.rows import differences, table_of


def offer(file, diagnosis="nevus", source="clinic", age="40"):
    return Offer(
        name=Path(file).stem,
        file=file,
        diagnosis=diagnosis,
        label=diagnosis,
        labelled_by="folder",
        source=source,
        state="",
        reference="",
        age=age,
    )


def table(*offers, generated=False):
    return table_of(offers, [Content("", "ab", generated)] * len(offers), {(o.name, "ab"): o.name for o in offers})


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


def test_rows_that_came_changed_or_went_are_named():
    before = table(offer("a"), offer("b"), offer("c"), offer("f"))
    after = table(offer("b"), offer("c", "melanoma"), offer("d"), offer("f", age="50"))
    found = differences(before, after)
    assert found.added == ["clinic: d"]
    assert found.relabelled == ["clinic: c (nevus → melanoma)"]
    assert found.changed == ["clinic: f"]
    assert found.removed == ["clinic: a"]
    assert found.kept == 1


def test_an_image_that_moved_to_another_class_folder_is_relabelled():
    before = table(offer("nevus/x.jpg"))
    after = table(offer("melanoma/x.jpg", "melanoma"))
    found = differences(before, after)
    assert found.relabelled == ["clinic: melanoma/x.jpg (nevus → melanoma)"]
    assert (found.added, found.removed, found.kept) == ([], [], 0)


def test_the_same_file_of_another_source_is_another_row():
    found = differences(table(offer("a")), table(offer("a", source="ward")))
    assert (found.added, found.removed) == (["ward: a"], ["clinic: a"])
