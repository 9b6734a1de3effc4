import pytest

from dermaflow.model_card.people import people
from tests.model_card.drawn_record import CARD, drawn_lesions, drawn_record, words_of


def table(record, place, block):
    return {row[0]: row[1:] for row in people(record)[place].blocks[block].rows}


def test_images_are_counted_by_diagnosis_and_part_with_a_sum():
    sizes = table(drawn_record(), 0, 1)
    assert sizes["melanoma"][:3] == ("20", "10", "8")
    assert sizes["all"] == ("60", "30", "24", "36")
    assert sum(int(row[3]) for name, row in sizes.items() if name != "all") == 36


def test_what_is_unknown_is_counted_in_each_part():
    missing = table(drawn_record(), 1, 1)
    assert missing["age"] == ("18 (30 %)", "6 (25 %)", "6 (17 %)")
    assert missing["patient"] == ("60 (100 %)", "24 (100 %)", "36 (100 %)")
    assert missing["lesion"] == ("0 (0 %)", "0 (0 %)", "0 (0 %)")


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (None, "It is the only predictor"),
        ({"strength": 0.5}, "age and sex are predictors where they are stated"),
    ],
)
def test_what_may_be_missing_of_the_predictors_is_told(use, told):
    params = {**CARD["params"], "train": {"clinical": ["age", "sex"]}}
    record = drawn_record(card={**CARD, "clinical": use, "params": params})
    assert told in words_of([people(record)[1].blocks[0]])


def test_people_are_described_by_what_is_known_of_them():
    known = table(drawn_record(), 2, 0)
    assert known["groups"] == ("30", "12", "18")
    assert known["female, of known"][0] == "20 (50 %)"
    assert known["most frequent site"] == ("head/neck, 60 (100 %)", "head/neck, 24 (100 %)", "head/neck, 36 (100 %)")
    assert known["age in years, median (quartiles)"][0].endswith(")")


def test_what_nobody_knows_is_called_unknown():
    known = table(drawn_record(drawn_lesions().assign(age="", sex="", site="")), 2, 0)
    for name in ("age in years, median (quartiles)", "female, of known", "most frequent site"):
        assert known[name] == ("unknown",) * 3
