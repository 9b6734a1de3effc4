import pandas as pd
import pytest

from dermaflow.model_card.record import counts, known
from tests.model_card.drawn_record import drawn_lesions, drawn_record


def test_only_images_in_a_partition_are_used():
    record = drawn_record()
    ledger = record.ledger.copy()
    ledger.loc[0, "partition"] = "withdrawn"
    ledger = pd.concat([ledger, ledger.iloc[:1].assign(image_id="gone", partition="train")])
    changed = drawn_record(ledger=ledger)
    assert len(record.used) == 120
    assert len(changed.used) == 119
    assert [len(record.part(name)) for name in ("train", "validation", "test")] == [60, 24, 36]


def test_an_image_that_the_ledger_holds_twice_is_refused():
    record = drawn_record()
    twice = drawn_record(ledger=pd.concat([record.ledger, record.ledger.iloc[:1]]))
    with pytest.raises(pd.errors.MergeError):
        twice.used  # noqa: B018 - computed when it is asked for


def elsewhere_tested(*sources):
    """A record whose test images come from these sources in turn; train and validation are of clinic-a and clinic-b."""
    lesions = drawn_lesions()
    test = drawn_record().part("test")["image_id"]
    moved = {image_id: sources[place % len(sources)] for place, image_id in enumerate(test)}
    return drawn_record(lesions=lesions.assign(source=lesions["image_id"].map(moved).fillna(lesions["source"])))


def test_where_a_model_was_tested_is_said_by_the_sources_of_test_images():
    assert drawn_record().foreign == ()
    assert drawn_record().where_tested == "Tested on images from the same collections that it learnt from."
    alone = elsewhere_tested("elsewhere")
    assert alone.foreign == ("elsewhere",)
    assert "Tested on images of elsewhere alone" in alone.where_tested
    assert (
        "same collections that it learnt from, and on images of elsewhere"
        in elsewhere_tested("clinic-a", "elsewhere").where_tested
    )


def test_a_shortcut_is_told_by_what_it_is_given():
    assert drawn_record().clue("border") == "the edge of the picture"
    assert drawn_record().clue("unheard of") == "unheard of"
    assert drawn_record(shortcuts=[{"name": "border"}]).clue("border") == "border"


def test_values_are_counted_the_most_frequent_first_and_equals_by_name():
    assert list(counts(pd.Series(["b", "a", "c", "c"])).items()) == [("c", 2), ("a", 1), ("b", 1)]


def test_a_cell_of_spaces_is_not_known():
    assert known(pd.Series(["", " ", "x"])) == 1
