import pandas as pd
import pytest

from dermaflow.model_card.record import counts, known
from tests.model_card.drawn_record import drawn_record


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


def test_a_shortcut_is_told_by_what_it_is_given():
    assert drawn_record().clue("border") == "the edge of the picture"
    assert drawn_record().clue("unheard of") == "unheard of"
    assert drawn_record(shortcuts=[{"name": "border"}]).clue("border") == "border"


def test_values_are_counted_the_most_frequent_first_and_equals_by_name():
    assert list(counts(pd.Series(["b", "a", "c", "c"])).items()) == [("c", 2), ("a", 1), ("b", 1)]


def test_a_cell_of_spaces_is_not_known():
    assert known(pd.Series(["", " ", "x"])) == 1
