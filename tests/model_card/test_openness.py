import pandas as pd
import pytest

from dermaflow.model_card.openness import openness
from tests.model_card.drawn_record import CARD, drawn_lesions, drawn_record, item_of, words_of


def test_licences_are_counted_and_a_blank_one_is_unknown():
    table, consequence = item_of(openness(drawn_record()), "Licences").blocks
    assert table.rows == (
        ("clinic-a", "unknown: no source states one", "unknown: no source states one", "80"),
        ("clinic-b", "CC-BY-NC", "Clinic B", "40"),
    )
    assert consequence.words.startswith("An unknown licence permits nothing")


@pytest.mark.parametrize(
    ("licence", "words"), [("CC-BY-NC", "not for commercial use"), ("CC-0", "for the givers to say")]
)
def test_what_a_licence_means_is_said(licence, words):
    record = drawn_record(drawn_lesions().assign(licence=licence))
    assert words in item_of(openness(record), "Licences").blocks[-1].words


def test_many_licences_are_cut_off_in_words():
    lesions = drawn_lesions().assign(attribution=[f"giver {number}" for number in range(120)])
    table, more, _ = item_of(openness(drawn_record(lesions)), "Licences").blocks
    assert len(table.rows) == 15
    assert more.words.startswith("105 images of further kinds")


def test_the_commit_the_fingerprints_and_the_commands_are_given():
    words = words_of(item_of(openness(drawn_record()), "How to make it again").blocks)
    for expected in ("c" * 40, "f" * 64, "d" * 64, "3.15.1", f"git checkout {'c' * 40}", "dvc repro evaluate"):
        assert expected in words


def test_the_parameters_that_methods_do_not_tell_are_given():
    params = {**CARD["params"], "validate": {"near_copy_min_likeness": 0.97}}
    words = words_of(item_of(openness(drawn_record(card={**CARD, "params": params})), "How to make it again").blocks)
    assert "validate.near_copy_min_likeness\n0.97" in words
    assert "train." not in words


def test_a_training_with_changes_or_without_a_repository_says_so():
    dirty = drawn_record(card={**CARD, "git": {"commit": "abc", "dirty": True}})
    assert "abc with changes that were not committed" in words_of(item_of(openness(dirty), "How to make it").blocks)
    outside = words_of(item_of(openness(drawn_record(card={**CARD, "git": None})), "How to make it").blocks)
    assert "unknown (trained outside a repository)" in outside
    assert "git checkout" not in outside


def test_the_terms_of_what_an_earlier_model_has_learnt_from_are_on_the_card_of_the_next():
    own = drawn_record().seen
    theirs = own.head(3).assign(sha256=list("xyy"), image_id=list("xyy"), source="far", licence="CC-0", attribution="")
    table, before, _ = item_of(openness(drawn_record(seen=pd.concat([own, theirs]))), "Licences").blocks
    assert ("far", "CC-0", "unknown: no source states one", "2") in table.rows
    assert before.words.startswith("2 of these images only an earlier model has learnt from")
