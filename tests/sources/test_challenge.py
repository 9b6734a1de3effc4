"""Tables beside images."""

import shutil
from pathlib import Path

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.challenge import challenge_catalogue
from dermaflow.sources.params import ChallengeSource


@pytest.fixture
def clinic(tmp_path):
    """Images and a table of them, with something of everything that may be amiss."""
    folder = tmp_path / "Clinic"
    for file in ("a/ISIC_0000001.jpg", "b/ISIC_0000002_downsampled.png", "ISIC_0000001 (1).jpg", "stray.jpg", "x.txt"):
        path = folder / "images" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.encode())
    (folder / "metadata.csv").write_text(
        "image,dx,lesion_id,patient_id,age_approx,sex,anatom_site_general,copyright_license,attribution\n"
        "ISIC_0000001,bkl,L1,P1,85+,female,torso,CC-BY,Clinic\n"
        "ISIC_0000002,,,,,,unknown,,\n"
        "ISIC_0000003,nv,,,,,,,\n"
    )
    return folder


def source(folder, **more):
    return ChallengeSource(
        kind="challenge", **{"tables": [str(folder / "metadata.csv")], "images": str(folder / "images")} | more
    )


def test_a_picture_has_what_its_row_says_whatever_its_copy_is_called(clinic):
    offers = {offer.file: offer for offer in challenge_catalogue(source(clinic)).offers}
    assert len(offers) == 4
    for file in ("a/ISIC_0000001.jpg", "ISIC_0000001 (1).jpg"):
        offer = offers[file]
        assert (offer.name, offer.isic_id, offer.source) == ("ISIC_0000001", "ISIC_0000001", "clinic")
        assert (offer.label, offer.diagnosis, offer.labelled_by) == ("bkl", "pigmented benign keratosis", "table")
        assert (offer.lesion_id, offer.patient_id, offer.age, offer.sex) == ("L1", "P1", "85", "female")
        assert (offer.site, offer.licence, offer.attribution) == ("torso", "CC-BY", "Clinic")
    assert offers["b/ISIC_0000002_downsampled.png"].isic_id == "ISIC_0000002"


def test_what_has_no_partner_is_told_with_counts_and_examples(clinic):
    catalogue = challenge_catalogue(source(clinic))
    assert catalogue.notes == (
        "clinic: 1 images named in the tables are not there: ISIC_0000003",
        "clinic: 1 images have no row in the tables, and so no label: stray.jpg",
        "clinic: 1 images have a row that states no label: b/ISIC_0000002_downsampled.png",
        "clinic: 1 files that are no pictures are left out",
    )
    stray = next(offer for offer in catalogue.offers if offer.file == "stray.jpg")
    assert (stray.label, stray.diagnosis, stray.lesion_id) == ("", "", "")


def test_an_archive_of_images_is_read_like_their_folder(clinic):
    archive = shutil.make_archive(str(clinic / "packed"), "zip", clinic / "images")
    catalogue = challenge_catalogue(source(clinic, images=archive, name="Packed Clinic"))
    assert {offer.file: catalogue.fetch(offer) for offer in catalogue.offers} == {
        path.relative_to(clinic / "images").as_posix(): path.read_bytes()
        for path in clinic.rglob("*")
        if path.suffix in {".jpg", ".png"}
    }
    assert {offer.source for offer in catalogue.offers} == {"packed-clinic"}


def test_train_and_test_folders_say_which_part_an_image_is(clinic):
    (clinic / "images/a").rename(clinic / "images/Test")
    parts = {offer.file: offer.official_partition for offer in challenge_catalogue(source(clinic)).offers}
    assert (parts["Test/ISIC_0000001.jpg"], parts["stray.jpg"]) == ("test", "")


def test_tables_without_labels_and_labels_of_the_sources_own_are_understood(clinic):
    table = Path(clinic / "metadata.csv")
    table.write_text("image,age\nISIC_0000001,40\n")
    assert {offer.label for offer in challenge_catalogue(source(clinic)).offers} == {""}
    table.write_text("image,dx\nISIC_0000001,Leberfleck\n")
    offers = challenge_catalogue(source(clinic, labels={"Leberfleck": "nv"})).offers
    assert {(offer.label, offer.diagnosis) for offer in offers} == {("", ""), ("Leberfleck", "nevus")}


def test_tables_of_other_images_are_refused(clinic):
    (clinic / "metadata.csv").write_text("image,dx\nISIC_7777777,nv\n")
    with pytest.raises(SourceError, match=r"expected the images that .* names, such as ISIC_7777777; found 4 others"):
        challenge_catalogue(source(clinic))


@pytest.mark.real
def test_ham10000_is_offered_whole_without_a_remark(ham10000):
    params = ChallengeSource(
        kind="challenge", tables=[str(ham10000 / "HAM10000_metadata.csv")], images=str(ham10000 / "images")
    )
    catalogue = challenge_catalogue(params)
    assert len(catalogue.offers) == 10_015
    assert len({offer.lesion_id for offer in catalogue.offers}) == 7_470
    assert catalogue.notes == ()
