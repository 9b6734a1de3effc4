import pytest

from flows.progress import how_far, in_time


@pytest.mark.parametrize(
    ("done_s", "said"),
    [
        ([], "0 of 3 folds done in 0 s"),
        ([300], "1 of 3 folds done in 5 min, about 10 min left"),
        ([300, 420], "2 of 3 folds done in 12 min, about 6 min left"),
        ([8, 300], "2 of 3 folds done in 5 min, about 5 min left"),  # the first was there already
        ([300, 300, 300], "3 of 3 folds done in 15 min"),
    ],
)
def test_what_is_left_is_told_from_those_that_had_to_be_done(done_s, said):
    assert how_far("folds", done_s, 3) == said


@pytest.mark.parametrize(("seconds", "said"), [(4.4, "4 s"), (119, "119 s"), (121, "2 min"), (9000, "2.5 h")])
def test_a_time_is_told_in_its_unit(seconds, said):
    assert in_time(seconds) == said
