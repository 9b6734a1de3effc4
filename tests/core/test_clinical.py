"""Age, sex and site as numbers."""

import numpy as np
import pytest

from dermaflow.core.clinical import AGES, ATTRIBUTES, BLOCKS, COLUMNS, SITES, encoded, stated


def row(age: str = "", sex: str = "", site: str = "") -> dict[str, float]:
    """The numbers of one record that are not 0, by their names."""
    numbers = encoded([age], [sex], [site])[0]
    return {name: pytest.approx(float(value)) for name, value in zip(COLUMNS, numbers, strict=True) if value}


def test_what_is_not_stated_or_not_understood_is_nothing() -> None:
    assert row() == row("", "other", "unknown") == row("old") == row("nan") == row("-3") == row("500") == {}


def test_words_are_read_as_the_tables_of_sources_have_them() -> None:
    assert row("85+", " M", " Trunk ") == row("85", "male", "torso")
    assert row(sex="Female") == row(sex="F") == {"sex_female": 1}
    assert row(sex="diverse") == row(sex="of no known word") == {}


def test_an_age_counts_to_its_neighbours_by_its_nearness_and_beyond_the_ends_to_the_last() -> None:
    assert row("45") == {"age_40": 0.5, "age_50": 0.5}
    assert row("60.0") == {"age_60": 1}
    assert row("52") == {"age_50": 0.8, "age_60": 0.2}
    assert row("0") == row("5") == {f"age_{AGES[0]}": 1}
    assert row("95") == {f"age_{AGES[-1]}": 1}


@pytest.mark.parametrize(
    ("names", "site"),
    [
        (("back", "trunk", "anterior torso", "Posterior Torso", "chest"), "torso"),  # HAM10000 knows no lateral torso
        (("face", "head/neck", " scalp "), "head/neck"),
        (("foot", "lower extremity"), "lower extremity"),
        (("acral", "palms/soles"), "palms/soles"),
        (("genital", "oral/genital"), "oral/genital"),
    ],
)
def test_every_collection_s_name_of_a_site_means_the_same(names: tuple[str, ...], site: str) -> None:
    assert site in SITES
    for name in names:
        assert row(site=name) == {f"site_{site}": 1}


def test_attributes_that_are_not_used_are_as_if_never_stated() -> None:
    numbers = encoded(["40", ""], ["male", "female"], ["back", "hand"], used=["sex"])
    assert numbers.dtype == np.float32
    assert stated(numbers) == {"age": 0, "sex": 2, "site": 0}
    assert stated(encoded(["40", ""], ["male", ""], ["", "hand"])) == {"age": 1, "sex": 1, "site": 1}
    assert encoded([], [], []).shape == (0, len(COLUMNS))


def test_the_blocks_cover_all_columns_once() -> None:
    assert tuple(BLOCKS) == ATTRIBUTES
    covered = [name for block in BLOCKS.values() for name in COLUMNS[block]]
    assert covered == list(COLUMNS)
    assert all(name.startswith(f"{attribute}_") for attribute in BLOCKS for name in COLUMNS[BLOCKS[attribute]])
