from pathlib import Path

from dermaflow.core import paths


def test_every_path_is_relative_to_the_root_of_the_project():
    found = [value for value in vars(paths).values() if isinstance(value, Path)]
    assert len(found) > 10
    assert not [path for path in found if path.is_absolute()]


def test_an_ingested_image_lies_under_its_id():
    assert paths.ingested_image("ISIC_0000001") == Path("data/ingest/images/ISIC_0000001.jpg")
