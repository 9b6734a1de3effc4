from dermaflow.model_card.use import FIRST, headline_table, in_short, use
from tests.model_card.drawn_record import CARD, drawn_metrics, drawn_record, item_of, words_of
from tests.model_card.test_record import elsewhere_tested


def test_the_headlines_stand_beside_what_can_be_had_without_the_lesion():
    table = headline_table(drawn_record(), FIRST)
    assert [row[0] for row in table.rows] == [
        "balanced accuracy",
        "macro AUC",
        "AUC, melanoma versus the rest",
        "AUC, melanoma versus nevus",
        "sensitivity for melanoma at the threshold",
        "specificity for melanoma at the threshold",
    ]
    assert table.rows[0][2] == "0.50 (0.40 to 0.60), by the edge of the picture"
    assert table.rows[2][2] == "0.80 (0.70 to 0.90), by the edge of the picture"


def test_without_an_operating_point_nothing_is_said_of_one():
    assert "threshold" not in words_of([headline_table(drawn_record(threshold=None), FIRST)])


def test_the_strongest_shortcut_and_unconfirmed_labels_are_said_at_once():
    words = words_of(item_of(in_short(drawn_record()), "What to know").blocks)
    assert "melanoma can be told from the rest without a look at the lesion, by the edge of the picture" in words
    assert "with an AUC of 0.80" in words
    assert "The diagnosis of 40 of 120 images rests on no official record." in words


def cautions(shortcuts):
    record = drawn_record(metrics={**drawn_record().metrics, "shortcuts": shortcuts})
    return words_of(item_of(in_short(record), "What to know").blocks)


def test_a_weak_shortcut_is_no_warning():
    weak = {
        "balanced_accuracy": {"value": 0.7, "low": 0.65, "high": 0.75, "by": "border"},  # no AUC: chance is another
        "melanoma_auc": {"value": 0.62, "low": 0.55, "high": 0.69, "by": "border"},
    }
    words = cautions(weak)
    assert "No shortcut was found that tells the diagnosis well" in words
    assert "(best: by the edge of the picture, with an AUC of 0.62)" in words


def test_a_larger_figure_that_is_less_sure_does_not_hide_a_shortcut_that_is():
    found = {
        "melanoma_auc": {"value": 0.75, "low": 0.71, "high": 0.79, "by": "border"},
        "melanoma_vs_nevus_auc": {"value": 0.77, "low": 0.58, "high": 0.93, "by": "border"},
    }
    words = cautions(found)
    assert "melanoma can be told from the rest without a look at the lesion" in words
    assert "with an AUC of 0.75" in words


def test_nothing_is_said_of_shortcuts_that_were_not_measured():
    metrics = {**drawn_record().metrics, "shortcuts": {}}
    record = drawn_record(metrics=metrics)
    assert "without a look" not in words_of(item_of(in_short(record), "What to know").blocks)
    assert {row[2] for row in headline_table(record, FIRST).rows} == {""}


def test_diagnoses_without_test_images_are_a_warning():
    lesions = drawn_record().part("test")
    metrics = drawn_metrics(lesions[lesions["diagnosis"] != "nevus"], 0.1) | {
        "shortcuts": {}, "classes_without_test_images": ["nevus"],
    }  # fmt: skip
    blocks = item_of(in_short(drawn_record(metrics=metrics)), "How well").blocks
    assert blocks[-1].warning
    assert blocks[-1].words.startswith("No test image shows nevus: balanced accuracy and macro AUC are means")


def test_a_model_without_the_class_melanoma_is_not_for_looking_for_it():
    card = {**CARD, "classes": ["basal cell carcinoma", "nevus"]}
    assert "Looking for melanoma: it is none of the classes." in words_of(
        [block for each in use(drawn_record(card=card)).items for block in each.blocks]
    )


def test_what_is_evaluated_on_follows_the_split():
    assert "was set aside before" in words_of(item_of(use(drawn_record()), "Objectives").blocks)
    card = {**CARD, "params": {"split": {"method": "official"}}}
    assert "itself calls test" in words_of(item_of(use(drawn_record(card=card)), "Objectives").blocks)


def test_a_test_on_images_from_elsewhere_is_no_test_on_the_same_collections():
    record = elsewhere_tested("elsewhere")
    short = in_short(record)
    assert "groups (lesions, patients and copies kept together) of elsewhere." in words_of(
        item_of(short, "What it is").blocks
    )
    cautions = words_of(item_of(short, "What to know").blocks)
    assert "Tested on images of elsewhere alone" in cautions
    assert "the table by source says of these alone" in cautions
    objectives = words_of(item_of(use(record), "Objectives").blocks)
    assert "No external evaluation" not in objectives
    assert "Tested on images of elsewhere alone" in objectives
    assert "No external evaluation" in words_of(item_of(use(drawn_record()), "Objectives").blocks)
