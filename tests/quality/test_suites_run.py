import pandas as pd
import pytest
from great_expectations import expectations as gxe

from dermaflow.quality.suites_run import first_named, held_against, says

TABLE = pd.DataFrame({"image_id": [f"I{n}" for n in range(8)], "sex": ["f", "m"] * 4, "width": range(8)})


def held(*suite, phantom=False):
    return held_against(TABLE, suite, "a table", "What must hold", phantom=phantom)


def test_what_holds_is_on_the_page_and_not_among_the_failed():
    examined = held(gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["f", "m"], **says("Each sex is f or m")))
    assert examined.failed == ()
    assert "Each sex is f or m" in examined.page
    assert "fa-check-circle" in examined.page


def test_what_fails_says_how_many_and_names_the_first_five_with_what_they_have():
    examined = held(gxe.ExpectColumnValuesToBeBetween(column="width", min_value=6, **says("Each width is over 5")))
    told = "Each width is over 5: not so for 6, such as I0 (0), I1 (1), I2 (2), I3 (3), I4 (4)"
    assert examined.failed == (told,)
    assert "fa-times" in examined.page


def test_a_column_that_fails_as_a_whole_names_images_too():
    examined = held(gxe.ExpectColumnUniqueValueCountToBeBetween(column="sex", min_value=3, **says("Three sexes")))
    assert examined.failed == ("Three sexes: received 2 (images such as I0, I1, I2, I3, I4)",)


def test_a_row_count_that_fails_names_no_image():
    examined = held(gxe.ExpectTableRowCountToBeBetween(min_value=9, **says("Nine rows")))
    assert examined.failed == ("Nine rows: received 8",)


@pytest.mark.parametrize("minimum", [0, 6], ids=["holds", "fails"])
def test_evidence_of_ones_own_is_told_only_where_the_expectation_fails(minimum):
    sentence = says("Each width is great", found="the first four are slim")
    examined = held(gxe.ExpectColumnValuesToBeBetween(column="width", min_value=minimum, **sentence))
    told = ("Each width is great: the first four are slim",) if minimum else ()
    assert examined.failed == told


def test_a_column_that_is_not_there_fails_in_words():
    examined = held(gxe.ExpectColumnValuesToBeUnique(column="shade", **says("Each shade is its own")))
    assert len(examined.failed) == 1
    assert examined.failed[0].startswith('Each shade is its own: Error: The column "shade"')


def test_a_page_of_generated_images_says_so():
    def page(*, phantom):
        return held(gxe.ExpectTableRowCountToBeBetween(min_value=1, **says("A row")), phantom=phantom).page

    assert "<h1>What must hold (PHANTOM: generated images" in page(phantom=True)
    assert "PHANTOM" not in page(phantom=False)


def test_at_most_five_images_are_named():
    assert first_named(list("ABCDEFG")) == "A, B, C, D, E"


def test_a_figure_is_shown_on_the_page():
    examined = held(gxe.ExpectColumnMeanToBeBetween(column="width", max_value=3, **says("Slim on average")))
    assert examined.failed == ("Slim on average: received 3.5 (images such as I0, I1, I2, I3, I4)",)
    assert "3.5" in examined.page
