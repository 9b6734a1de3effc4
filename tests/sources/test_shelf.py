"""Folders and archives, listed and read alike."""

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.shelf import listed, read


@pytest.fixture
def shelf(tmp_path):
    """A folder with files, plain and hidden."""
    for file in ("b/2.jpg", "a.jpg", ".git/config", "b/.hidden", "__MACOSX/b/2.jpg", "b/Thumbs.db"):
        path = tmp_path / "shelf" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.encode())
    return tmp_path / "shelf"


def zipped(folder: Path) -> Path:
    archive = folder.with_suffix(".ZIP")
    with ZipFile(archive, "w") as file:
        for path in folder.rglob("*"):
            file.write(path, path.relative_to(folder))
    return archive


@pytest.mark.parametrize("pack", [Path, zipped])
def test_a_folder_and_its_archive_hold_the_same_files_without_clutter(shelf, pack):
    root = pack(shelf)
    assert {entry.path: read(root, entry.path) for entry in listed(root)} == {"a.jpg": b"a.jpg", "b/2.jpg": b"b/2.jpg"}
    assert [entry.path for entry in listed(root)] == ["a.jpg", "b/2.jpg"]


def test_a_link_may_stay_inside_and_must_not_leave(shelf, tmp_path):
    (shelf / "b/3.jpg").symlink_to(shelf / "a.jpg")
    assert [entry.path for entry in listed(shelf)] == ["a.jpg", "b/2.jpg", "b/3.jpg"]
    (tmp_path / "secret").write_text("secret")
    (shelf / "b/4.jpg").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="leaves the source"):
        listed(shelf)


def test_a_file_that_is_gone_when_it_is_read_is_told_by_name(shelf):
    os.unlink(shelf / "a.jpg")  # noqa: PTH108 - as anybody may
    with pytest.raises(SourceError, match=r"a\.jpg: the file cannot be read"):
        read(shelf, "a.jpg")


def test_what_is_neither_folder_nor_archive_is_told_so(tmp_path):
    with pytest.raises(SourceError, match="found nothing"):
        listed(tmp_path / "none")
    (tmp_path / "a.tar").touch()
    with pytest.raises(SourceError, match="found another kind of file"):
        listed(tmp_path / "a.tar")
