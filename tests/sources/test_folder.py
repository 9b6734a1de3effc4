"""Folders of class folders, good and bad."""

import os

import pytest

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
        ("d", "nevus", ""),
    ]
    assert {offer.source for offer in offers.values()} == {"my-set-1"}


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
        (["a.jpg"], "folders named after diagnoses"),
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
    put(tmp_path, "set.zip")
    with pytest.raises(SourceError, match="found a file"):
        folder_catalogue(tmp_path / "set.zip")


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
