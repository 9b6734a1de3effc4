from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.seeds import derived_seed, generator

parts = st.lists(st.one_of(st.integers(), st.text(st.characters(exclude_characters="\x1f"))), min_size=1, max_size=4)


def test_a_seed_is_the_same_on_every_machine():
    assert derived_seed("a", 1) == 989976078


@given(parts)
def test_a_seed_fits_what_takes_seeds(names):
    assert 0 <= derived_seed(*names) < 2**32


@given(parts, parts)
def test_other_names_give_another_seed(first, second):
    assert (derived_seed(*first) == derived_seed(*second)) == (first == second)


def test_a_number_and_its_text_are_two_names():
    assert derived_seed(1) != derived_seed("1")


def test_a_generator_repeats_itself():
    assert list(generator("a").integers(0, 100, 5)) == list(generator("a").integers(0, 100, 5))
