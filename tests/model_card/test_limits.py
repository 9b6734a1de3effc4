import pytest

from dermaflow.model_card.limits import interpretation
from tests.model_card.drawn_record import CARD, SHORTCUTS, drawn_lesions, drawn_record, item_of, words_of


def compared(low, high):
    metrics = drawn_record().metrics
    changed = {**metrics, "macro_auc": {"value": (low + high) / 2, "low": low, "high": high}}
    blocks = item_of(interpretation(drawn_record(metrics=changed)), "What the figures say").blocks
    return next(block.words for block in blocks if block.words.startswith("macro AUC"))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.85, 0.95, "the model knows more than that."),
        (0.75, 0.95, "it cannot be told whether the model learnt more than that."),
        (0.4, 0.5, "the model does not reach that."),
    ],
)
def test_the_model_is_held_against_the_strongest_shortcut(low, high, verdict):
    assert compared(low, high).endswith(f"by the edge of the picture 0.70 (0.60 to 0.80): {verdict}")


def test_on_an_official_test_part_the_model_is_not_held_against_a_shortcut_of_all_images():
    card = {**CARD, "params": {**CARD["params"], "split": {"method": "official"}}}
    words = words_of(item_of(interpretation(drawn_record(card=card)), "What the figures say").blocks)
    assert "an official test part is no random one: not comparable." in words
    assert "the model knows more" not in words


def test_without_a_shortcut_nothing_is_compared():
    record = drawn_record(metrics={**drawn_record().metrics, "shortcuts": {}})
    assert "No shortcut could be measured" in words_of(item_of(interpretation(record), "What the figures say").blocks)


def test_subgroups_are_compared_only_where_they_are_large_enough():
    record = drawn_record()
    words = words_of(item_of(interpretation(record), "What the figures say").blocks)
    assert "too few subgroups are large enough" in words
    groups = [
        {"name": name, "small": small, "sensitivity": {"value": value}}
        for name, small, value in (("male", False, 0.7), ("female", False, 0.9), ("unknown", True, 0.1))
    ]
    metrics = {**record.metrics, "subgroups": {"sex": groups}}
    words = words_of(item_of(interpretation(drawn_record(metrics=metrics)), "What the figures say").blocks)
    assert "lowest for sex male (0.70) and highest for sex female (0.90)" in words


def test_without_a_threshold_there_is_nothing_to_compare_subgroups_by_and_no_flag_to_read():
    record = drawn_record(threshold=None, card={**CARD, "operating_point": None, "familiarity": None})
    said = interpretation(record)
    assert "there is no threshold of suspicion at which" in words_of(item_of(said, "What the figures say").blocks)
    assert "of one lesion and reads probabilities together" in words_of(item_of(said, "In practice").blocks)
    assert "reads probabilities, the flag of suspicion and the flag of the unfamiliar together" in words_of(
        item_of(interpretation(drawn_record()), "In practice").blocks
    )


def test_a_shortcut_over_fewer_diagnoses_is_not_compared_by_means_over_all():
    fewer = [{**SHORTCUTS[0], "left_out": ["dermatofibroma"]}]
    lines = words_of(item_of(interpretation(drawn_record(shortcuts=fewer)), "What the figures say").blocks).split("\n")
    assert [line.split(":")[0] for line in lines if "measured without some of the diagnoses" in line] == [
        "balanced accuracy",
        "macro AUC",
    ]


def test_limits_follow_from_the_data():
    words = words_of(item_of(interpretation(drawn_record()), "Limits").blocks)
    assert "40 of 120 labels rest on no official record" in words
    assert "Fewer than 20 test images show basal cell carcinoma, melanoma and nevus" in words
    assert "The lesion is unknown" not in words
    assert "Generated" not in words
    blank = drawn_record(drawn_lesions().assign(also_lesion_id="x"), card={**CARD, "phantom": True})
    assert "Generated images: the figures test the program" in words_of(item_of(interpretation(blank), "Limits").blocks)
