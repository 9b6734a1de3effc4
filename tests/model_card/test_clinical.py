from dermaflow.core.measures import COMPARED, HEADLINES
from dermaflow.model_card.clinical import clinical, predictors
from dermaflow.model_card.content import Table, unbroken
from tests.model_card.drawn_record import CARD, drawn_record, words_of

FIGURE = {"value": 0.9, "low": 0.8, "high": 1.0}
GAIN = {"value": 0.05, "low": -0.01, "high": 0.11}
FOUND = {
    "n": 36,
    "stated": {"age": 27, "sex": 24, "site": 36},
    "image_alone": dict.fromkeys(COMPARED, FIGURE),
    "stated_alone": dict.fromkeys(COMPARED, FIGURE),
    "gain": dict.fromkeys(COMPARED, GAIN),
    "image_alone_at_threshold": None,
    "by_collection": [{"name": "clinic-a · HAM", "n": 24, "n_groups": 12, "gain": {"balanced_accuracy": GAIN}}],
}
USE = {"columns": ["age_20"], "strength": 0.5, "n": 60, "stated": {"age": 45, "sex": 40, "site": 60}, "image_alone": {}}
INFORMED = {**CARD, "clinical": USE, "params": {**CARD["params"], "train": {"clinical": ["age", "sex"]}}}


def test_a_model_of_the_image_alone_says_so_and_has_no_table():
    record = drawn_record()
    assert words_of(predictors(record).blocks).startswith("The image alone.")
    assert clinical(record) is None


def test_what_is_used_is_told_with_how_often_it_was_stated_and_how_far_it_is_believed():
    words = words_of(predictors(drawn_record(card=INFORMED)).blocks)
    assert words.startswith("The image; beside it age and sex, as far as it is stated")
    assert "of 60 training images: age of 45 (75 %), sex of 40 (67 %))" in words
    assert "to the power of 0.50" in words
    assert "What is not stated changes nothing" in words


def test_the_tables_hold_what_is_gained_in_all_and_within_each_source():
    record = drawn_record(card=INFORMED, metrics={**drawn_record().metrics, "clinical": FOUND})
    item = clinical(record)
    assert "Stated, of 36 test images: age of 27, sex of 24. The columns" in words_of(item.blocks)
    both, gains = (block for block in item.blocks if isinstance(block, Table))
    assert [row[0] for row in both.rows] == [HEADLINES[key] for key in COMPARED]
    assert both.rows[0][2:] == ("0.90 (0.80 to 1.00)", "0.90 (0.80 to 1.00)")
    gained = f"+0.050 {unbroken('(-0.010 to +0.110)')}"
    assert gains.rows[0][:3] == ("all", "36", gained)
    assert gains.rows[1] == ("clinic-a · HAM", "24", gained, "–", "–", "–")


def test_what_the_threshold_keeps_where_nothing_is_stated_is_told():
    found = {**FOUND, "image_alone_at_threshold": {"sensitivity": FIGURE, "specificity": FIGURE}}
    record = drawn_record(card=INFORMED, metrics={**drawn_record().metrics, "clinical": found})
    told = "Where nothing is, suspicion at it has a sensitivity of 0.90 (0.80 to 1.00) and a specificity of 0.90"
    assert told in words_of(clinical(record).blocks)
    assert "threshold" not in words_of(
        clinical(drawn_record(card=INFORMED, metrics={**record.metrics, "clinical": FOUND})).blocks
    )
