"""Folders of class folders, good and bad."""

import os
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.sources.folder import folder_catalogue


def put(root, *files):
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.encode())


def test_class_folders_give_diagnoses_and_train_and_test_give_partitions(tmp_path):
    root = tmp_path / "My Set_1"
    put(root, "Train/Melanoma/a.jpg", "TEST/basal_cell carcinoma/b c.png", "nevus/d (1).webp")
    offers = {offer.file: offer for offer in folder_catalogue(root).offers}
    assert [(offer.name, offer.diagnosis, offer.official_partition) for offer in offers.values()] == [
        ("b_c", "basal cell carcinoma", "test"),
        ("a", "melanoma", "train"),
        ("d_1", "nevus", ""),
    ]
    assert {offer.source for offer in offers.values()} == {"my-set-1"}


def test_a_label_is_kept_as_stated_and_means_the_likeliest_diagnosis(tmp_path):
    put(tmp_path, "akiec/ISIC_0000001_downsampled.jpg", "unknown/b.jpg", "Leberfleck/c.jpg")
    catalogue = folder_catalogue(tmp_path, "Clinic A", {"Leberfleck": "nevus"})
    assert [(offer.label, offer.diagnosis, offer.isic_id, offer.source) for offer in catalogue.offers] == [
        ("Leberfleck", "nevus", "", "clinic-a"),
        ("akiec", "actinic keratosis", "ISIC_0000001", "clinic-a"),
        ("unknown", "", "", "clinic-a"),
    ]


def test_pictures_in_no_folder_are_offered_without_a_label_and_that_is_said(tmp_path):
    put(tmp_path, "a.jpg", "notes.txt")
    catalogue = folder_catalogue(tmp_path)
    assert [(offer.file, offer.label, offer.diagnosis) for offer in catalogue.offers] == [("a.jpg", "", "")]
    assert "1 images have no label" in catalogue.notes[0]
    assert "notes.txt" in catalogue.notes[1]


def test_one_folder_around_all_others_is_passed_through(tmp_path):
    put(tmp_path, "set/v1/Train/nevus/a.jpg", "set/v1/Val/nevus/c.jpg", "set/v1/Test/nevus/b.jpg")
    parts = {offer.file: offer.official_partition for offer in folder_catalogue(tmp_path).offers}
    assert parts == {
        "set/v1/Test/nevus/b.jpg": "test",
        "set/v1/Train/nevus/a.jpg": "train",
        "set/v1/Val/nevus/c.jpg": "train",
    }


def test_an_archive_offers_what_its_folder_does(tmp_path):
    root = tmp_path / "set"
    put(root, "Train/nevus/a.jpg", "Test/melanoma/b.jpg", "Train/.DS_Store", "LICENSE")
    archive = Path(shutil.make_archive(str(tmp_path / "set"), "zip", root))
    folder, zipped = folder_catalogue(root), folder_catalogue(archive)
    assert zipped.notes == folder.notes
    assert [replace(offer, state="") for offer in zipped.offers] == [
        replace(offer, state="") for offer in folder.offers
    ]
    assert [zipped.fetch(offer) for offer in zipped.offers] == [b"Test/melanoma/b.jpg", b"Train/nevus/a.jpg"]


@given(st.lists(st.lists(st.text("ab/.\\\0\n é", min_size=1), min_size=1).map("/".join)))
def test_whatever_the_names_in_an_archive_only_a_source_error_comes_out(tmp_path_factory, names):
    archive = tmp_path_factory.mktemp("zip") / "set.zip"
    with warnings.catch_warnings(), ZipFile(archive, "w") as file:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name in filter(lambda name: name.split("\0")[0], names):
            file.writestr(name, b"bytes")
    try:
        catalogue = folder_catalogue(archive)
        assert [catalogue.fetch(offer) for offer in catalogue.offers] == [b"bytes"] * len(catalogue.offers)
    except SourceError as error:
        assert str(archive) in str(error)  # noqa: PT017 - some archives are good


def test_every_file_is_offered_with_its_bytes_but_clutter_is_not(tmp_path):
    put(
        tmp_path,
        "nevus/a.jpg",
        "nevus/notes.txt",
        "nevus/deep/er.tif",
        "nevus/Thumbs.db",
        "nevus/.DS_Store",
        "nevus/.x/a",
    )
    catalogue = folder_catalogue(tmp_path)
    found = {offer.file: catalogue.fetch(offer) for offer in catalogue.offers}
    assert found == {name: name.encode() for name in ("nevus/a.jpg", "nevus/deep/er.tif", "nevus/notes.txt")}


def test_files_outside_class_folders_are_left_out_aloud(tmp_path):
    put(tmp_path, "LICENSE.txt", "Train/list.csv", "Train/nevus/a.jpg")
    (note,) = folder_catalogue(tmp_path).notes
    assert "2 files" in note
    assert "LICENSE.txt, Train/list.csv" in note


def test_the_state_of_a_file_changes_with_its_content(tmp_path):
    put(tmp_path, "nevus/a.jpg")
    (before,) = folder_catalogue(tmp_path).offers
    (same,) = folder_catalogue(tmp_path).offers
    (tmp_path / "nevus/a.jpg").write_bytes(b"nevus/b.jpg")  # of the same length
    (after,) = folder_catalogue(tmp_path).offers
    assert before == same
    assert before.state != after.state


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "expected a folder"),
        (["a.txt"], "folders named after diagnoses.*found 1 other files"),
        (["nevus/.hidden"], "found no file"),
        (["Train/.hidden"], "found no file"),
        (["nevus/a.jpg", "mellanoma/b.jpg"], "'mellanoma' is no known diagnosis.*melanoma"),
        (["Train/wart/a.jpg"], "rename the folder"),
        (["nevus/a\nb.jpg"], "printable"),
    ],
)
def test_a_source_that_cannot_be_used_is_refused_by_name(tmp_path, files, message):
    root = tmp_path / "set"
    put(root, *files)
    with pytest.raises(SourceError, match=message):
        folder_catalogue(root)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    put(tmp_path, "set.jpg")
    with pytest.raises(SourceError, match="found another kind of file"):
        folder_catalogue(tmp_path / "set.jpg")


def test_links_that_leave_the_source_are_refused_and_others_are_not(tmp_path):
    root = tmp_path / "set"
    put(root, "nevus/a.jpg")
    put(tmp_path, "secret")
    (root / "nevus/b.jpg").symlink_to(root / "nevus/a.jpg")
    assert len(folder_catalogue(root).offers) == 2
    (root / "nevus/c.jpg").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="leaves the source"):
        folder_catalogue(root)


@pytest.mark.parametrize("link", ["melanoma", "nevus/more"])
def test_a_linked_folder_is_refused(tmp_path, link):
    put(tmp_path, "nevus/a.jpg")
    (tmp_path / link).symlink_to(tmp_path / "nevus", target_is_directory=True)
    with pytest.raises(SourceError, match="link to one"):
        folder_catalogue(tmp_path)


def test_what_would_hang_or_is_gone_is_refused(tmp_path):
    put(tmp_path, "nevus/a.jpg")
    (tmp_path / "nevus/b.jpg").symlink_to(tmp_path / "nevus/gone.jpg")
    with pytest.raises(SourceError, match="found none to read"):
        folder_catalogue(tmp_path)
    (tmp_path / "nevus/b.jpg").unlink()
    os.mkfifo(tmp_path / "nevus/b.jpg")
    with pytest.raises(SourceError, match="special"):
        folder_catalogue(tmp_path)


@pytest.mark.real
def test_isic9_is_listed_whole(isic9):
    offers = folder_catalogue(isic9).offers
    assert len(offers) == 2_359
    assert len({offer.name for offer in offers}) == 2_202
    assert sum(offer.official_partition == "test" for offer in offers) == 118
