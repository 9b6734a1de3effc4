import pandas as pd
import pytest

from dermaflow.core.lesions import ACCEPTED_COLUMNS
from dermaflow.quality.facts import facts_table, measure
from dermaflow.quality.shortcut_features import ALL_CLUES, CLUES, categories_of, is_constant


@pytest.fixture
def images(draw, encode) -> pd.DataFrame:
    """Three images: two JPEG files and one PNG."""
    files = [encode(draw(1), quality=70), encode(draw(2, 120, 60), quality=95), encode(draw(3), "PNG")]
    facts = facts_table(measure(f"i{number}", data) for number, data in enumerate(files))
    rows = pd.DataFrame({"image_id": ["i0", "i1", "i2"]}).reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
    known = rows.assign(source=["here", "here", "there"], age=["40", "", ""], isic_id=["ISIC_0024306", "", ""])
    return known.drop(columns="sha256").merge(facts, on="image_id")


def features(name: str, images: pd.DataFrame) -> pd.DataFrame:
    return next(clue for clue in (*CLUES, ALL_CLUES) if clue.name == name).features(images)


def test_each_clue_sees_what_it_says(images):
    assert features("source", images)["source"].tolist() == ["here", "here", "there"]
    assert features("image size", images).loc[1].tolist() == [120, 60, 2]
    assert features("file size", images)["size_bytes"].min() > 0
    assert features("blank cells", images).loc[0].tolist() == [1, 0, 0]
    assert features("border", images).shape == (3, 8)


def test_a_lesion_is_on_record_where_the_letters_of_its_number_say(images):
    named = images.assign(lesion_id=["HAM_0000118", "", "17"])
    assert features("lesion record", named)["record"].tolist() == ["HAM", "", "digits alone"]


def test_a_file_that_is_no_jpeg_has_no_quality(images):
    compression = features("compression", images)

    assert compression["format"].tolist() == ["JPEG", "JPEG", "PNG"]
    assert compression["jpeg_quality"].tolist()[:2] == [70, 95]
    assert compression["jpeg_quality"].isna().tolist() == [False, False, True]


def test_the_number_is_that_of_the_archive_or_the_last_one_in_the_name(images):
    named = images.assign(image_id=["ISIC_1", "scan2_0042_left", "no number"])

    assert features("number", named)["number"].tolist()[:2] == [24306, 42]
    assert features("number", named)["number"].isna().tolist() == [False, False, True]


def test_all_together_holds_every_column_once(images):
    columns = list(features("all together", images).columns)

    assert len(columns) == len(set(columns)) == sum(clue.features(images).shape[1] for clue in CLUES)
    assert categories_of(features("all together", images)) == ["source", "record", "format", "quantisation"]


def test_what_is_alike_in_all_images_is_constant(images):
    assert is_constant(features("source", images.iloc[:2]))
    assert is_constant(features("number", images.assign(isic_id="", image_id="none")))
    assert not is_constant(features("source", images))
