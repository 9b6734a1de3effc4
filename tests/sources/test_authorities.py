"""Tables that are believed about images from anywhere."""

import pandas as pd
import pytest

from dermaflow.core.errors import SourceError
from dermaflow.core.lesions import AUTHORITY_COLUMNS, INGESTED_COLUMNS
from dermaflow.sources.authorities import authority_name, authority_notes, authority_table, stated_by, stated_by_all
from dermaflow.sources.params import Authority


@pytest.fixture
def truth(tmp_path):
    (tmp_path / "ISIC_2019_GroundTruth.csv").write_text("image,MEL,NV\nISIC_0000001_downsampled,1,0\nmole,0,1\n")
    return Authority(tables=[str(tmp_path / "ISIC_2019_GroundTruth.csv")])


def images(*rows):
    """Ingested images as (image_id, isic_id, file)."""
    named = [dict(zip(("image_id", "isic_id", "file"), row, strict=True)) for row in rows]
    return pd.DataFrame(named, columns=list(INGESTED_COLUMNS), dtype=str).fillna("")


def test_an_image_is_known_by_its_number_else_by_its_name(truth):
    lesions = images(
        ("ISIC_0000001", "ISIC_0000001", "nevus/ISIC_0000001.jpg"),
        ("ISIC_0000001", "ISIC_0000001", "melanoma/ISIC_0000001.jpg"),
        ("ISIC_0000001_ab12cd34", "ISIC_0000001", "nevus/ISIC_0000001 (1).jpg"),
        ("mole", "", "nevus/mole.jpg"),
        ("mole_ab12cd34", "", "other/mole.png"),
        ("stranger", "", "nevus/stranger.jpg"),
    )
    known = authority_table(lesions, stated_by_all([truth]))
    assert tuple(known.columns) == AUTHORITY_COLUMNS
    assert known[["image_id", "authority", "label", "diagnoses"]].to_numpy().tolist() == [
        ["ISIC_0000001", "isic-2019", "MEL", "melanoma"],
        ["ISIC_0000001_ab12cd34", "isic-2019", "MEL", "melanoma"],
        ["mole", "isic-2019", "NV", "nevus"],
        ["mole_ab12cd34", "isic-2019", "NV", "nevus"],
    ]


def test_a_label_that_leaves_several_open_names_all_of_them(tmp_path):
    (tmp_path / "t.csv").write_text("image,dx\na,bkl\n")
    stated = stated_by(Authority(tables=[str(tmp_path / "t.csv")]))
    assert stated.loc["a", "diagnoses"] == "pigmented benign keratosis|seborrheic keratosis"


def test_how_much_an_authority_knows_is_told(truth):
    stated = stated_by_all([truth])
    known = authority_table(images(("mole", "", "mole.jpg"), ("b", "", "b.jpg")), stated)
    assert authority_notes(known, stated, 2) == (
        "authority isic-2019: 2 pictures stated, 1 of the 2 images known (1 with a label, 0 with a lesion)",
    )


def test_without_authorities_nothing_is_known():
    known = authority_table(images(("a", "", "a.jpg")), {})
    assert known.empty
    assert tuple(known.columns) == AUTHORITY_COLUMNS


def test_two_authorities_of_one_name_are_refused(truth):
    assert authority_name(truth) == "isic-2019"
    assert authority_name(truth.model_copy(update={"name": "The | Truth"})) == "the-truth"
    with pytest.raises(SourceError, match="two authorities are named 'isic-2019'"):
        stated_by_all([truth, truth])
