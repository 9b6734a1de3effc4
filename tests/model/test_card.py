"""The card that travels with a model."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from dermaflow.core.errors import TableError
from dermaflow.model.card import Card, OperatingPoint, read_card, write_card


@pytest.fixture
def card(folder: Path) -> Card:
    return read_card(folder / "card.json")


def test_what_is_read_back_is_what_was_written(card: Card, tmp_path: Path) -> None:
    write_card(card, tmp_path / "card.json")
    assert read_card(tmp_path / "card.json") == card
    assert card.input.range == (0, 255)
    assert json.loads((tmp_path / "card.json").read_text())["classes"] == ["melanoma", "nevus"]


def test_a_card_from_before_the_commit_was_kept_is_still_read(card: Card, tmp_path: Path) -> None:
    old = {name: value for name, value in card.model_dump(mode="json").items() if name != "git"}
    (tmp_path / "card.json").write_text(json.dumps(old))
    assert read_card(tmp_path / "card.json").git is None


def test_classes_out_of_order_are_refused(card: Card) -> None:
    with pytest.raises(ValidationError, match="in its order, received nevus, melanoma"):
        Card.model_validate({**card.model_dump(), "classes": ("nevus", "melanoma")})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 1}, "format: Input should be 2"),
        ({"threshold": 0.5}, "threshold: Extra"),
        ({"classes": 3}, "classes"),
    ],
)
def test_a_card_of_another_format_is_refused(
    card: Card, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    (tmp_path / "card.json").write_text(json.dumps({**card.model_dump(), **change}))
    with pytest.raises(TableError, match=message):
        read_card(tmp_path / "card.json")


def test_only_a_threshold_of_melanoma_is_one(card: Card) -> None:
    point = OperatingPoint(
        diagnosis="melanoma", min_sensitivity=0.95, threshold=0.2, sensitivity=1.0, specificity=0.5, n=9
    )
    assert card.model_copy(update={"operating_point": point}).melanoma_threshold == 0.2
    of_nevus = point.model_copy(update={"diagnosis": "nevus"})
    assert card.model_copy(update={"operating_point": of_nevus}).melanoma_threshold is None
    assert card.model_copy(update={"operating_point": None}).melanoma_threshold is None


def test_a_missing_or_broken_card_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"card\.json is missing"):
        read_card(tmp_path / "card.json")
    (tmp_path / "card.json").write_text('{"format": 1')
    with pytest.raises(TableError, match="expected a model card"):
        read_card(tmp_path / "card.json")
