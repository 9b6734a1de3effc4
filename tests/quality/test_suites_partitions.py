import pandas as pd
import pytest

from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import ACCEPTED_COLUMNS
from dermaflow.quality.suites_partitions import examine_partitions

ASKED = {"train": 0.6, "validation": 0.2, "test": 0.2}
OFFICIAL = {"train": 0.75, "validation": 0.25}


@pytest.fixture
def images():
    """A sound split of 100 images of two diagnoses, each its own group."""
    names = [f"I{n:03d}" for n in range(100)]
    stated = [""] * 80 + ["test"] * 20
    partitions = ["train"] * 60 + ["validation"] * 20 + ["test"] * 20
    table = pd.DataFrame(dict.fromkeys(ACCEPTED_COLUMNS, ""), index=range(100), dtype=str)
    hashes = [sha256_hex(name.encode()) for name in names]
    return table.assign(
        image_id=names, diagnosis=["nevus", "melanoma"] * 50, content_group=names, sha256=hashes, group_id=names,
        pixels_sha256=hashes, partition=partitions, official_partition=stated,
    )  # fmt: skip


def failed(images, asked=ASKED, *, official=False):
    return examine_partitions(images, asked, official=official, phantom=False).failed


@pytest.mark.parametrize(("asked", "official"), [(ASKED, False), (OFFICIAL, True)], ids=["grouped", "official"])
def test_a_sound_split_meets_every_expectation(images, asked, official):
    assert failed(images, asked, official=official) == ()


@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("group_id", "group"),
        ("lesion_id", "lesion"),
        ("patient_id", "patient"),
        ("content_group", "group of near copies"),
        ("isic_id", "number in the ISIC Archive"),
        ("sha256", "file content"),
        ("pixels_sha256", "content of pixels"),
    ],
)
def test_what_lies_in_two_partitions_is_told_with_its_images(images, column, word):
    images.loc[[0, 1, 99], column] = "shared"
    (told,) = failed(images)
    named = ", ".join(f"{name} ('test and train')" for name in ("I000", "I001", "I099"))
    assert told == f"No {word} lies in two partitions: not so for 3, such as {named}"


def test_what_is_blank_is_shared_by_none(images):
    blank = images.assign(lesion_id="", patient_id="", isic_id="", pixels_sha256="")
    assert failed(blank) == ()


def test_an_image_in_two_partitions_is_told(images):
    images.loc[99, ["image_id", "group_id"]] = "I000"
    told = failed(images)
    assert told[0].startswith("Each image is in one partition only: not so for 2, such as I000")
    assert told[1].startswith("No group lies in two partitions: not so for 2, such as I000 ('test and train')")


@pytest.mark.parametrize("partition", ["", "withdrawn"])
def test_an_image_without_a_partition_is_told(images, partition):
    images.loc[3, "partition"] = partition
    assert failed(images) == (f"Each image is in train, validation, test: not so for 1, such as I003 ('{partition}')",)


def test_a_diagnosis_without_training_images_is_told(images):
    images.loc[[98, 99], "diagnosis"] = "dermatofibroma"
    assert failed(images) == (
        "Each diagnosis has images in train: not so for 2, such as I098 ('dermatofibroma'), I099 ('dermatofibroma')",
    )


def test_a_partition_without_images_is_told_and_so_is_its_share(images):
    told = failed(images.assign(partition=images["partition"].replace("validation", "train")))
    assert told[0] == "Each partition has images: received images in test and train only"
    assert "validation has 20% of the images, give or take 7.0%: received 0.0%; groups that grow" in told[-1]


def test_shares_that_are_off_are_told_with_the_way_out(images):
    images.loc[:9, "partition"] = "test"
    test, train = failed(images)
    remedy = "groups that grow keep their partition, another split.seed begins a new ledger"
    named = "I000, I001, I002, I003, I004"
    assert test == f"test has 20% of the images, give or take 7.0%: received 30.0% (images such as {named}); {remedy}"
    assert train.startswith("train has 60% of the images, give or take 7.0%: received 50.0% (images such as I010")


def test_groups_that_cannot_be_divided_excuse_a_share_that_is_off(images):
    images.loc[:9, "partition"] = "test"
    images.loc[:9, "group_id"] = "large"
    assert failed(images) == ()


def test_an_official_test_image_elsewhere_is_told_only_where_the_official_part_counts(images):
    images.loc[0, "official_partition"] = "test"
    told = "Each image that its source calls test is in test: not so for 1, such as I000 ('train')"
    assert failed(images, OFFICIAL, official=True) == (told,)
    assert failed(images) == ()


def test_the_page_stands_alone_and_shows_the_shares(images):
    page = examine_partitions(images, ASKED, official=False, phantom=True).page
    assert "<h1>What must hold for the partitions (PHANTOM" in page
    assert "No lesion lies in two partitions" in page
    assert "0.6" in page
    assert "http" not in page
