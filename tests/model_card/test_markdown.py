import html
import re

import mistune
import pytest

from dermaflow.model_card.content import Code, Item, ModelCard, Part, Picture, Points, Table, Text
from dermaflow.model_card.markdown import PHANTOM, card_markdown
from dermaflow.model_card.whole import model_card
from tests.model_card.drawn_record import drawn_record

HOSTILE = "<svg onload=alert(1)> [a](http://x) ![b](http://y) **bold** _slant_ `code` | # ~~no~~ &amp; $x$ \\ {{ 7*7 }}"


def card_of(*blocks, phantom=False, title="A card", item="An item", numbers="5a"):
    return ModelCard(title, phantom, (Part("A part", (Item(numbers, item, blocks),)),))


def rendered(markdown):
    return mistune.create_markdown(plugins=["table", "strikethrough", "math"])(markdown)


def text_in(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


@pytest.mark.parametrize(
    "card",
    [
        card_of(Text(HOSTILE)),
        card_of(Text(HOSTILE, warning=True)),
        card_of(Points((HOSTILE,))),
        card_of(Table(("a", "b"), ((HOSTILE, "1"),))),
        card_of(Table((HOSTILE, "b"), (("a", "1"),), pale=frozenset({0}))),
        card_of(Text("x"), title=HOSTILE),
        card_of(Text("x"), item=HOSTILE),
    ],
)
def test_whatever_a_name_holds_is_shown_and_neither_marks_up_nor_links(card):
    page = rendered(card_markdown(card))
    assert " ".join(HOSTILE.split()) in text_in(page)
    assert not re.search(r"<(svg|a|img|code|del)\b", page)
    assert "math" not in page


@pytest.mark.parametrize("words", ["# no heading", "- no list", "+ no list", "1. no list", "2) no list", "> no quote"])
def test_a_paragraph_stays_one_however_it_begins(words):
    page = rendered(card_markdown(card_of(Text(words))))
    assert f"<p>{html.escape(words, quote=False)}</p>" in page


def test_names_of_images_stay_readable():
    assert "ISIC_0024306 of HAM_0001" in card_markdown(card_of(Text("ISIC_0024306 of HAM_0001")))


def test_a_table_has_numbers_to_the_right_and_pale_rows_slanted():
    markdown = card_markdown(card_of(Table(("name", "n"), (("a", "1"), ("b", "")), pale=frozenset({1}))))
    assert "| name | n |\n| --- | ---: |\n| a | 1 |\n| *b* |  |" in markdown


def test_code_cannot_end_its_fence():
    markdown = card_markdown(card_of(Code(("dvc repro", "``` and on"))))
    assert "```\ndvc repro\n''' and on\n```" in markdown


def test_a_picture_is_the_file_beside_the_card():
    markdown = card_markdown(card_of(Picture("roc.png", "ROC curves.", b"")))
    assert "![ROC curves.](figures/roc.png)\n\n*ROC curves.*" in markdown


def test_a_phantom_is_marked_at_the_top():
    assert card_markdown(card_of(Text("x"), phantom=True)).split("\n\n")[1] == f"**{PHANTOM}**"
    assert "PHANTOM" not in card_markdown(card_of(Text("x")))


def test_item_numbers_stand_behind_the_title():
    assert "### An item [5a]" in card_markdown(card_of(Text("x")))
    assert "### An item\n" in card_markdown(card_of(Text("x"), numbers=""))


def test_the_whole_card_has_as_many_tables_and_headings_as_its_content():
    card = model_card(drawn_record())
    page = rendered(card_markdown(card))
    blocks = [block for part in card.parts for each in part.items for block in each.blocks]
    assert page.count("<table>") == sum(isinstance(block, Table) for block in blocks)
    assert page.count("<h3>") == sum(len(part.items) for part in card.parts)
