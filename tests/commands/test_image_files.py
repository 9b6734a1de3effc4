"""Which files a walk finds, in which order; what a prediction makes of them: test_predict.py."""

from pathlib import Path

import pytest

from dermaflow.commands.image_files import files_of
from dermaflow.core.errors import SourceError


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two files and one in a folder; a hidden one, which does not count."""
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name in ("red.jpg", ".hidden.jpg", "sub/green (1).png", "sub/notes.txt"):
        (folder / name).write_bytes(b"")
    return folder


def names(*paths: Path) -> list[str]:
    return [file.name for file in files_of(paths)]


def test_files_come_in_the_order_given_and_folders_sorted(images: Path) -> None:
    assert names(images / "sub", images / "red.jpg") == ["green (1).png", "notes.txt", "red.jpg"]


def test_a_linked_folder_is_gone_through_unless_it_leads_back(images: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    (here / "deeper").mkdir(parents=True)
    (here / "deeper" / "back").symlink_to(here)
    (here / "linked").symlink_to(images)
    assert names(here) == names(images)


def test_links_that_lead_nowhere_or_to_themselves_are_files_that_cannot_be_read(images: Path) -> None:
    (images / "a gone").symlink_to(images / "nowhere")
    (images / "b loop").symlink_to(images / "b loop")
    assert names(images) == ["a gone", "b loop", "red.jpg", "green (1).png", "notes.txt"]


def test_a_path_that_is_not_there_is_named(images: Path) -> None:
    with pytest.raises(SourceError, match=r"not found: .*nowhere\.jpg"):
        names(images, images / "nowhere.jpg")
