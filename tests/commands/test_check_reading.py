import pytest
from pandas.testing import assert_frame_equal

from dermaflow.commands.check_reading import read_all
from dermaflow.core.lesions import INGESTED_COLUMNS
from dermaflow.quality.facts import measure_images
from dermaflow.sources.folder import folder_catalogue
from dermaflow.sources.params import PhantomParams
from dermaflow.sources.phantom import phantom_catalogue

DRAWN = PhantomParams(lesions=12, image_size_px=48, seed=3, byte_copies=1, near_copies=0, contradictions=2, truncated=1)


@pytest.fixture
def collection(tmp_path):
    """The phantom images as class folders on disk, one of them a second time as "(1)"."""
    catalogue = phantom_catalogue(DRAWN)
    for offer in catalogue.offers:
        file = tmp_path / "set" / offer.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(catalogue.fetch(offer))
    first = tmp_path / "set" / catalogue.offers[0].file
    first.with_name(f"{first.stem} (1).jpg").write_bytes(first.read_bytes())
    return tmp_path / "set"


def test_every_file_is_a_row_and_every_content_is_measured_once(collection):
    reading = read_all(folder_catalogue(collection))

    files = [path for path in collection.rglob("*") if path.is_file()]
    assert tuple(reading.lesions.columns) == INGESTED_COLUMNS
    assert len(reading.lesions) == len(files)
    assert reading.facts["image_id"].tolist() == reading.lesions["image_id"].drop_duplicates().tolist()
    assert (reading.facts["error"] != "").sum() == DRAWN.truncated
    assert reading.lesions["source"].str.startswith("phantom").all()  # the mark is in the bytes


def test_what_is_measured_is_what_the_stage_measures(collection):
    reading = read_all(folder_catalogue(collection))

    rows = reading.lesions.drop_duplicates("image_id")
    by_stage = measure_images([(row.image_id, collection / row.file) for row in rows.itertuples()])
    assert_frame_equal(reading.facts[by_stage.columns], by_stage, check_dtype=True)


def test_a_picture_can_be_fetched_again_by_its_id(collection):
    reading = read_all(folder_catalogue(collection))
    row = reading.lesions.iloc[-1]
    assert reading.picture(row["image_id"]) == (collection / row["file"]).read_bytes()


def test_nothing_is_written(collection):
    before = sorted(collection.parent.rglob("*"))
    read_all(folder_catalogue(collection))
    assert sorted(collection.parent.rglob("*")) == before
