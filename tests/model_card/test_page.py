import base64
import re

import pytest

from dermaflow.model_card.content import Code, Item, ModelCard, Part, Picture, Points, Table, Text
from dermaflow.model_card.markdown import PHANTOM, card_markdown
from dermaflow.model_card.page import card_page
from dermaflow.model_card.whole import model_card
from tests.model_card.drawn_record import drawn_lesions, drawn_record
from tests.page_reader import Reader

HOSTILE = "<svg onload=alert(1)>'\"&{{ 7*7 }}{% raw %}"


def card_of(*blocks, phantom=False, title="A card"):
    return ModelCard(title, phantom, (Part("A part", (Item("5a", "An item", blocks),)),))


@pytest.fixture(scope="module")
def page():
    return card_page(model_card(drawn_record()))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page):
    read = Reader(page)
    addresses = [
        value for _, attributes in read.elements for name, value in attributes.items() if name in {"src", "href"}
    ]
    assert any(address.startswith("data:image/png;base64,") for address in addresses)
    assert all(re.match(r"data:image/png;base64,|#", address) for address in addresses)
    assert "script" not in {tag for tag, _ in read.elements}
    assert "url(" not in page
    assert "@import" not in page


def test_every_element_is_closed_in_its_order(page):
    read = Reader(page)
    assert (read.open, read.crossed) == ([], [])


@pytest.mark.parametrize(
    "card",
    [
        card_of(Text(HOSTILE)),
        card_of(Points((HOSTILE,))),
        card_of(Code((HOSTILE,))),
        card_of(Table((HOSTILE,), ((HOSTILE,),))),
        card_of(Picture("a.png", HOSTILE, b"")),
        card_of(Text("x"), title=HOSTILE),
    ],
)
def test_whatever_a_name_holds_is_shown_as_it_is(card):
    read = Reader(card_page(card))
    assert HOSTILE in read.text
    assert "svg" not in {tag for tag, _ in read.elements}
    assert "onload" not in {name for _, attributes in read.elements for name in attributes}


def test_a_hostile_source_reaches_the_page_as_text():
    page = card_page(model_card(drawn_record(drawn_lesions().assign(source=HOSTILE, attribution=HOSTILE))))
    assert HOSTILE in Reader(page).text
    assert "<svg" not in page


def test_a_picture_is_inside_the_page():
    page = card_page(card_of(Picture("a.png", "A.", b"\x89PNG")))
    assert f'src="data:image/png;base64,{base64.b64encode(bytes([0x89]) + b"PNG").decode()}"' in page


def test_page_and_text_say_the_same(page):
    """One content, two ways to write it down."""
    plain = re.sub(r"\\(.)", r"\1", card_markdown(model_card(drawn_record())))
    read = Reader(page)
    for part in model_card(drawn_record()).parts:
        for each in part.items:
            for block in each.blocks:
                if isinstance(block, Text):
                    assert block.words in read.text
                    assert block.words in plain


def test_a_phantom_is_marked_at_the_top():
    page = card_page(card_of(Text("x"), phantom=True))
    assert page.index("<body>") < page.index(PHANTOM) < page.index("<h1>")
    assert "PHANTOM" not in card_page(card_of(Text("x")))


def test_item_numbers_stand_in_the_margin(page):
    margins = [attributes for tag, attributes in Reader(page).elements if attributes.get("class") == "numbers"]
    assert len(margins) == sum(len(part.items) for part in model_card(drawn_record()).parts)
