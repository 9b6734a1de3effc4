import pandas as pd
import pytest

from dermaflow.core.files import sha256_hex
from dermaflow.quality.suites import examine, expectations

SIDE = 32


@pytest.fixture
def accepted(ingested):
    """Six accepted images of two diagnoses."""
    labels = ["nevus", "melanoma"] * 3
    rows = ingested(*({"image_id": f"ISIC_{n}", "diagnosis": label} for n, label in enumerate(labels)))
    return rows.assign(
        content_group=rows["image_id"],
        age="",
        sex="female",
        official_partition="train",
        confirmed_by="",
        also_lesion_id="",
        pixels_sha256="",
    )


@pytest.fixture
def facts():
    """What was measured on them."""
    names = [f"ISIC_{n}" for n in range(6)]
    hashes = [sha256_hex(name.encode()) for name in names]
    return pd.DataFrame({"image_id": names, "width": 40, "height": 50, "sha256": hashes, "error": ""})


def changed(table: pd.DataFrame, row: int, column: str, value: str) -> pd.DataFrame:
    table = table.copy()
    table.loc[row, column] = value
    return table


def test_a_sound_table_meets_every_expectation(accepted, facts):
    assert examine(accepted, facts, SIDE, phantom=False).failed == ()


def test_unknown_age_sex_and_partition_are_allowed(accepted, facts):
    blank = accepted.assign(age="", sex="", official_partition="")
    assert examine(blank, facts, SIDE, phantom=False).failed == ()


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("image_id", "ISIC_2", "Each image_id stands in one row only"),
        ("image_id", "../up", "Each image_id is a safe file name"),
        ("sha256", "beef", "Each sha256 is 64 hexadecimal digits"),
        ("sha256", "0" * 64, "Each image file holds the bytes that were ingested"),
        ("isic_id", "24306", "Each isic_id is ISIC_ and seven digits, or blank"),
        ("diagnosis", "wart", "Each diagnosis is one that dermaflow knows"),
        ("official_partition", "holdout", "Each official_partition is train, test or blank"),
        ("sex", "M", "Each sex is female, male or blank"),
        ("age", "young", "Each age is a number of years or blank"),
        ("age", "200", "Each age that is known is between 0 and 120 years"),
    ],
)
def test_a_failing_expectation_gives_its_sentence_and_names_the_image(column, value, sentence, accepted, facts):
    table = changed(accepted, 1, column, value)

    failed = [told for told in examine(table, facts, SIDE, phantom=False).failed if told.startswith(sentence)]

    assert len(failed) == 1
    assert "not so for" in failed[0]
    assert table.loc[1, "image_id"] in failed[0]


def test_an_image_that_does_not_decode_is_told_with_its_error(accepted, facts):
    faulty = facts.assign(error=["", "truncated", "", "", "", ""])
    (told,) = examine(accepted, faulty, SIDE, phantom=False).failed
    assert told == "Each image can be decoded to its last byte: not so for 1, such as ISIC_1 ('truncated')"


@pytest.mark.parametrize("side", ["width", "height"])
def test_a_side_that_is_too_short_is_told_with_its_length(side, accepted, facts):
    failed = examine(accepted, facts.assign(**{side: [31, *[40] * 5]}), SIDE, phantom=False).failed
    assert failed == (f"Each image has a {side} of at least 32 px: not so for 1, such as ISIC_0 (31)",)


def test_a_single_diagnosis_is_not_enough(accepted, facts):
    failed = examine(accepted.assign(diagnosis="nevus"), facts, SIDE, phantom=False).failed
    named = "ISIC_0, ISIC_1, ISIC_2, ISIC_3, ISIC_4"
    assert failed == (f"At least two diagnoses are left to tell apart: received 1 (images such as {named})",)


def test_an_empty_table_fails_in_words(accepted, facts):
    failed = examine(accepted.iloc[:0], facts, SIDE, phantom=False).failed
    assert "At least one image is accepted: received 0" in failed


def test_a_missing_column_fails_in_words(accepted, facts):
    failed = examine(accepted.drop(columns=["age", "sex"]), facts, SIDE, phantom=False).failed
    assert any(told.startswith("The table has the columns image_id") for told in failed)
    assert any('The column "sex"' in told for told in failed)


def test_at_most_five_images_are_named(accepted, facts):
    (told,) = examine(accepted.assign(sex="M"), facts, SIDE, phantom=False).failed
    assert told.startswith("Each sex is female, male or blank: not so for 6, such as ISIC_0 ('M')")
    assert told.count("ISIC_") == 5


def test_the_page_shows_each_sentence_and_fetches_nothing(accepted, facts):
    page = examine(changed(accepted, 1, "sex", "M"), facts, SIDE, phantom=False).page

    for expectation in expectations(SIDE):
        assert expectation.meta["sentence"] in page.replace("&gt;", ">").replace("&#39;", "'")
    assert "http" not in page
    assert "<script" not in page
    assert "fa-times" in page


def test_the_page_of_generated_images_says_so_in_title_and_heading(accepted, facts):
    warning = "What must hold for the accepted images (PHANTOM: generated images, no statement about skin)"
    page = examine(accepted, facts, SIDE, phantom=True).page
    assert f"<title>{warning}</title>" in page
    assert f"<h1>{warning}</h1>" in page
    assert "PHANTOM" not in examine(accepted, facts, SIDE, phantom=False).page
