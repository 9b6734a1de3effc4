"""Ids of images."""

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.core.lesions import IMAGE_ID_PATTERN
from dermaflow.sources.names import (
    MAX_NAME_BYTES,
    assign_ids,
    collection_name,
    isic_id_of,
    picture_key,
    safe_name,
    slug,
    stem_of,
)

A, B, C = (hashlib.sha256(text).hexdigest() for text in (b"a", b"b", b"c"))


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("ISIC_0000001", "ISIC_0000001"),
        ("ISIC_0000001(1)", "ISIC_0000001"),
        ("ISIC_0000001 (12)", "ISIC_0000001"),
        ("ISIC_0000001 copy", "ISIC_0000001"),
        ("ISIC_0000001 - Copy (2)", "ISIC_0000001"),
        ("ISIC_0000001_copy 3", "ISIC_0000001"),
        ("(1)", "1"),
        ("photocopy", "photocopy"),
        ("left arm, 2 cm", "left_arm_2_cm"),
        ("Muttermal am Rücken", "Muttermal_am_Rücken"),
        ("../../etc/passwd", "etc_passwd"),
        ("...", "image"),
    ],
)
def test_an_id_is_the_stem_without_copy_marks(stem, name):
    assert safe_name(stem) == name


@given(st.text())
def test_every_name_is_safe_as_a_file_name(stem):
    name = safe_name(stem)
    assert name
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert re.fullmatch(IMAGE_ID_PATTERN, name)
    assert not set(name) & set("/\\\0\n\r \"'*?:")


def test_a_slug_holds_letters_digits_and_hyphens():
    assert slug("Skin cancer  ISIC_The (2)") == "skin-cancer-isic-the-2"
    assert slug("??") == "folder"


@pytest.mark.parametrize(
    ("name", "isic_id"),
    [
        ("ISIC_0012345", "ISIC_0012345"),
        ("ISIC_0012345_downsampled", "ISIC_0012345"),
        ("ISIC_0012345_downsampled (1)", "ISIC_0012345"),
        ("ISIC_0012345(1)", "ISIC_0012345"),
        ("isic_0012345 copy", "ISIC_0012345"),
        ("ISIC_0012345_segmentation", ""),
        ("ISIC_00123456", ""),
        ("ISIC_٠٠١٢٣٤٥", ""),
        ("PHANTOM_0012345", ""),
    ],
)
def test_a_name_states_a_number_of_the_archive_or_none(name, isic_id):
    assert isic_id_of(name) == isic_id
    assert picture_key(name) == (isic_id or safe_name(name))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data/ham10000/HAM10000_metadata.csv", "ham10000"),
        ("ISIC_2019_Training_GroundTruth.csv", "isic-2019-training"),
        ("ISIC_2020_Training_GroundTruth_v2.csv", "isic-2020-training"),
        ("isic-2024-challenge/train-metadata.csv", "isic-2024-challenge"),
        ("clinic/labels.csv", "clinic"),
        ("clinic/ISIC_2019_Training_Input.zip", "isic-2019-training"),
        ("clinic/images", "clinic"),
        ("clinic/my images", "my-images"),
        ("clinic/Skin cancer ISIC", "skin-cancer-isic"),
    ],
)
def test_a_collection_is_named_after_its_folder_archive_or_table(path, name):
    assert collection_name(Path(path)) == name


@given(st.text(st.characters(exclude_characters="/"), min_size=1))
def test_a_stem_is_a_files_name_without_its_ending(name):
    if name.strip("."):
        assert stem_of(f"a.b/{name}") == (Path(name).stem if not name.endswith(".") else name[:-1])


def test_one_content_under_one_name_is_one_image():
    assert assign_ids([("x", A), ("x", A)], {}) == {("x", A): "x"}


def test_the_first_of_two_contents_keeps_the_plain_id():
    assert assign_ids([("x", A), ("x", B)], {}) == {("x", A): "x", ("x", B): f"x_{B[:8]}"}


def test_the_content_known_first_keeps_the_plain_id_whatever_comes_before_it():
    assert assign_ids([("x", B), ("x", A)], {"x": A}) == {("x", A): "x", ("x", B): f"x_{B[:8]}"}


def test_a_known_id_stays_when_the_other_content_has_left():
    assert assign_ids([("x", B)], {"x": A, f"x_{B[:8]}": B}) == {("x", B): f"x_{B[:8]}"}


def test_a_changed_content_takes_the_plain_id_over():
    assert assign_ids([("x", B)], {"x": A}) == {("x", B): "x"}


def test_contents_that_cannot_be_told_apart_are_refused():
    with pytest.raises(SourceError, match="rename one"):
        assign_ids([("x", A), ("x", B), ("x", B[:8] + C[8:])], {})


@given(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from([A, B, C]))))
def test_every_content_gets_an_id_of_its_own_and_keeps_it(contents):
    ids = assign_ids(contents, {})
    assert len(set(ids.values())) == len(set(contents))
    known = {image_id: sha256 for (_, sha256), image_id in ids.items()}
    assert assign_ids(reversed(contents), known) == ids
