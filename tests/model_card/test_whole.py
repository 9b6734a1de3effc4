from dermaflow.model_card.markdown import card_markdown
from dermaflow.model_card.page import card_page
from dermaflow.model_card.whole import model_card
from tests.model_card.drawn_record import CARD, drawn_record

TRIPOD_AI = (
    "1", "2", "3a", "3b", "3c", "4", "5a", "5b", "6a", "6b", "6c", "7", "8a", "8b", "8c", "9a", "9b", "9c", "10", "11",
    "12a", "12b", "12c", "12d", "12e", "12f", "12g", "13", "14", "15", "16", "17", "18a", "18b", "18c", "18d", "18e",
    "18f", "19", "20a", "20b", "20c", "21", "22", "23a", "23b", "24", "25", "26", "27a", "27b", "27c",
)  # fmt: skip
"""The items of the checklist, Collins et al. 2024, doi 10.1136/bmj-2023-078378, table 2."""


def test_every_item_of_the_checklist_is_answered_and_no_other():
    answered = {
        number
        for part in model_card(drawn_record()).parts
        for each in part.items
        for number in each.numbers.split(", ")
    }
    assert answered - {""} == set(TRIPOD_AI)


def test_the_same_record_gives_the_same_bytes():
    first, second = model_card(drawn_record()), model_card(drawn_record())
    assert card_page(first) == card_page(second)
    assert card_markdown(first) == card_markdown(second)


def test_the_title_names_classes_network_sources_and_model():
    title = model_card(drawn_record()).title
    assert title.startswith("Model card: 3 diagnoses of skin lesions")
    assert title.endswith("(cnn 64px · clinic-a+clinic-b · ffffffff)")


def test_a_model_of_generated_images_is_marked():
    phantom = model_card(drawn_record(card={**CARD, "phantom": True}))
    assert phantom.phantom
    assert not model_card(drawn_record()).phantom


def test_no_item_is_empty():
    for part in model_card(drawn_record()).parts:
        for each in part.items:
            assert each.blocks or each.title == "How training went", each.title  # no such picture was drawn
