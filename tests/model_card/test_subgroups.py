from dermaflow.model_card.content import Table, Text
from dermaflow.model_card.subgroups import shortcuts, subgroups, unfamiliar
from tests.model_card.drawn_record import SHORTCUTS, drawn_record, words_of

FIGURE = {"value": 0.9, "low": 0.8, "high": 1.0}


def test_small_subgroups_are_pale_and_a_warning_counts_them():
    warning, _, age, *_ = subgroups(drawn_record()).blocks
    assert isinstance(warning, Text)
    assert warning.warning
    n = sum(map(len, drawn_record().metrics["subgroups"].values()))
    assert f"{n} of {n} subgroups are." in warning.words
    assert age.pale == frozenset(range(len(age.rows)))


def test_subgroups_that_are_large_enough_are_neither_pale_nor_warned_of():
    record = drawn_record()
    large = {name: [{**each, "small": False} for each in found] for name, found in record.metrics["subgroups"].items()}
    blocks = subgroups(drawn_record(metrics={**record.metrics, "subgroups": large})).blocks
    assert not any(block.warning for block in blocks if isinstance(block, Text))
    assert {block.pale for block in blocks if isinstance(block, Table)} == {frozenset()}


def test_each_attribute_has_its_tables_and_what_is_undefined_is_a_dash():
    tables = [block for block in subgroups(drawn_record(threshold=None)).blocks if isinstance(block, Table)]
    for place, attribute in enumerate(("age", "sex", "site", "source")):
        first, further, auc, named = tables[4 * place : 4 * place + 4]
        assert (first.head[0], further.head[0]) == (attribute, attribute)
        assert (auc.head[0], named.head[0]) == (f"{attribute}: AUC", f"{attribute}: named rightly")
        assert {row[-2:] for row in first.rows} == {("–", "–")}
        assert further.head[-1] == "Brier score (0 to 2)"
        assert all(row[-1] != "–" for row in further.rows)


def test_each_diagnosis_is_told_for_each_subgroup():
    record = drawn_record()
    _, _, auc, named, *_ = [block for block in subgroups(record).blocks if isinstance(block, Table)]
    assert auc.head[1:] == named.head[1:] == tuple(record.classes)
    for table, measure in ((auc, "auc"), (named, "sensitivity")):
        for row, each in zip(table.rows, record.metrics["subgroups"]["age"], strict=True):
            values = [each["per_class"][name][measure]["value"] for name in record.classes]
            told = ["–" if value is None else f"{value:.2f}" for value in values]
            assert [cell.split(" ")[0] for cell in row] == [each["name"], *told]
            counts = [
                f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{each['per_class'][name]['n']:,}" for name in record.classes
            ]
            assert [cell[-len(n) :] for cell, n in zip(row[1:], counts, strict=True)] == counts


def test_subgroups_that_were_not_measured_are_said_in_words():
    record = drawn_record(metrics={**drawn_record().metrics, "subgroups": {}})
    assert words_of(subgroups(record).blocks) == "No subgroups were measured."


def test_shortcuts_are_told_with_what_they_are_given():
    table = shortcuts(drawn_record()).blocks[-1]
    reached = ("0.50 (0.40 to 0.60)", "0.70 (0.60 to 0.80)", "0.80 (0.70 to 0.90)", "undefined")
    assert table.rows == (("the edge of the picture", *reached),)


def test_shortcuts_say_how_many_images_they_were_measured_on_and_of_which_diagnoses_none():
    assert "cross-validated on 120 of 120 accepted images with groups" in words_of(shortcuts(drawn_record()).blocks)
    thinned = [{**SHORTCUTS[0], "n_images": 90, "left_out": ["dermatofibroma"]}]
    words = words_of(shortcuts(drawn_record(shortcuts=thinned)).blocks)
    assert "on 90 of 120 accepted images, none of dermatofibroma, of which there are too few, with groups" in words


def test_shortcuts_that_could_not_be_measured_are_said_in_words():
    assert "Could not be measured" in words_of(shortcuts(drawn_record(shortcuts=[])).blocks)


def test_strangers_are_told_by_kind_all_of_them_first():
    found = {
        "n_images": 36,
        "flagged": FIGURE,
        "strangers": {"n": 20, "auroc": FIGURE, "flagged": FIGURE},
        "by_kind": {"text": {"n": 20, "auroc": FIGURE, "flagged": {"value": None, "low": None, "high": None}}},
    }
    table = unfamiliar(drawn_record(metrics={**drawn_record().metrics, "unfamiliar": found})).blocks[-1]
    assert table.rows == (
        ("all of them", "20", "0.90 (0.80 to 1.00)", "0.90 (0.80 to 1.00)"),
        ("text", "20", "0.90 (0.80 to 1.00)", "undefined"),
    )


def test_strangers_that_were_not_measured_are_said_in_words():
    assert "was not measured" in words_of(unfamiliar(drawn_record()).blocks)
