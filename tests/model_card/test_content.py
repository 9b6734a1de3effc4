import pytest

from dermaflow.model_card.content import (
    Points,
    Text,
    counted_table,
    item,
    listed,
    measured,
    narrow,
    percent,
    settings_table,
    share,
    unbroken,
)


def test_words_become_paragraphs_and_blank_ones_nothing():
    made = item("5a", "Sources", "One.", "", Points(("a",)))
    assert made.blocks == (Text("One."), Points(("a",)))


def test_counts_are_grouped_by_thousands_and_summed():
    table = counted_table(("diagnosis", "train", "test"), [("nevus", 1200, 30), ("melanoma", 34, 5)], "all")
    assert table.rows == (("nevus", "1,200", "30"), ("melanoma", "34", "5"), ("all", "1,234", "35"))
    assert table.numbers_from == 1


def test_numbers_begin_behind_the_last_column_of_words():
    assert counted_table(("from", "to", "files"), [("nevus", "melanoma", 3)]).numbers_from == 2


def test_a_table_of_nothing_has_no_sum():
    assert counted_table(("source", "images"), [], "all").rows == ()


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"value": 0.6123, "low": 0.56, "high": 0.664}, "0.61 (0.56 to 0.66)"),
        ({"value": 0.5, "low": None, "high": None}, "0.50 (no interval: fewer than two groups)"),
        ({"value": None, "low": None, "high": None}, "undefined"),
        (None, "undefined"),
    ],
)
def test_a_figure_is_told_with_its_interval_or_why_it_has_none(figure, words):
    assert measured(figure) == words


def test_a_share_of_nothing_is_the_count_alone():
    assert (share(12, 30), share(0, 0), percent(0.95)) == ("12 (40 %)", "0", "95 %")


def test_a_list_reads_as_a_sentence_does():
    assert [listed(words) for words in ([], ["a"], ["a", "b"], "abc")] == ["none", "a", "a and b", "a, b and c"]


def test_unbroken_words_hold_no_space_to_break_at():
    assert unbroken("0.61 (0.56 to 0.66)").split(" ") == ["0.61\u00a0(0.56\u00a0to\u00a00.66)"]


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"value": 0.6123, "low": 0.56, "high": 0.664}, "+0.612 (+0.560\u00a0to\u00a0+0.664)"),
        ({"value": 0.5, "low": None, "high": None}, "+0.500"),
        ({"value": None, "low": None, "high": None}, "–"),
        (None, "–"),
    ],
)
def test_a_figure_for_a_narrow_column_breaks_before_its_interval_only(figure, words):
    assert narrow(figure, 3, signed=True) == words


def test_parameters_are_rows_as_in_params_yaml():
    assert settings_table({"train": {"filters": [16, 32]}}).rows == (("train.filters", "[16, 32]"),)
