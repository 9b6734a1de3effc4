"""Archives that try to trick, and honest ones."""

import stat
import struct
import warnings
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.sources import zipped
from dermaflow.sources.zipped import read_member, zip_entries


def packed(path: Path, *members, **options):
    """An archive of (name or ZipInfo, bytes)."""
    with warnings.catch_warnings(), ZipFile(path, "w", **options) as archive:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, data in members:
            archive.writestr(name, data)
    return path


def special(name, kind):
    member = ZipInfo(name)
    member.external_attr = (kind | 0o777) << 16
    return member


def test_files_are_listed_with_checksum_size_and_name_and_read_as_they_were(tmp_path):
    archive = packed(tmp_path / "a.zip", ("nevus/", b""), ("nevus/é.jpg", b"one"), ("b.jpg", b"two"))
    entries = list(zip_entries(archive))
    assert [entry.path for entry in entries] == ["nevus/é.jpg", "b.jpg"]
    assert entries[0].state.endswith("-3-nevus/é.jpg")
    assert read_member(archive, "nevus/é.jpg") == b"one"
    assert read_member(archive, "b.jpg") == b"two"


def test_another_content_is_another_state(tmp_path):
    before = list(zip_entries(packed(tmp_path / "a.zip", ("a.jpg", b"one"))))
    after = list(zip_entries(packed(tmp_path / "a.zip", ("a.jpg", b"two"))))
    assert before[0].state != after[0].state
    assert read_member(tmp_path / "a.zip", "a.jpg") == b"two"


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("/etc/passwd", "has an absolute name"),
        ("C:/a.jpg", "has an absolute name"),
        ("nevus/../../a.jpg", r"has '\.\.' in its name"),
        ("nevus\\a.jpg", "has backslashes in its name"),
        ("nevus/a\n.jpg", "cannot be printed"),
        (special("nevus/a.jpg", stat.S_IFLNK), "is a link"),
        (special("nevus/a.jpg", stat.S_IFIFO), "is a special file"),
    ],
)
def test_a_member_that_leads_elsewhere_is_refused_by_name(tmp_path, member, message):
    archive = packed(tmp_path / "a.zip", ("good.jpg", b""), (member, b"target"))
    with pytest.raises(SourceError, match=message):
        list(zip_entries(archive))


def test_a_name_with_a_nul_byte_is_refused(tmp_path):
    archive = packed(tmp_path / "a.zip", ("nevus/aXb.jpg", b""))
    archive.write_bytes(archive.read_bytes().replace(b"aXb", b"a\0b"))
    with pytest.raises(SourceError, match="cannot be printed"):
        list(zip_entries(archive))


def test_one_name_for_two_members_is_refused(tmp_path):
    archive = packed(tmp_path / "a.zip", ("a.jpg", b"one"), ("a.jpg", b"two"))
    with pytest.raises(SourceError, match="is there twice"):
        list(zip_entries(archive))


def test_an_encrypted_member_is_refused(tmp_path):
    archive = packed(tmp_path / "a.zip", ("a.jpg", b"one"))
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(SourceError, match="is encrypted"):
        list(zip_entries(archive))


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size(tmp_path, monkeypatch):
    archive = packed(tmp_path / "a.zip", ("a.jpg", bytes(1_000_000)), compression=ZIP_DEFLATED)
    with pytest.raises(SourceError, match="more than 200 times its size"):
        list(zip_entries(archive))
    monkeypatch.setattr(zipped, "MAX_MEMBER_BYTES", 999_999)
    with pytest.raises(SourceError, match="unpacks to 1,000,000 bytes"):
        list(zip_entries(archive))


def test_a_bomb_that_lies_about_its_size_is_stopped_at_what_it_declares(tmp_path):
    archive = packed(tmp_path / "a.zip", ("a.jpg", bytes(1_000_000)), compression=ZIP_DEFLATED)
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, 1_000)
    archive.write_bytes(data)
    assert len(list(zip_entries(archive))) == 1
    with pytest.raises(SourceError, match="is damaged"):
        read_member(archive, "a.jpg")


def test_what_is_no_archive_or_is_cut_off_is_told(tmp_path):
    archive = packed(tmp_path / "a.zip", ("a.jpg", b"one" * 100))
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-30])
    with pytest.raises(SourceError, match="damaged"):
        list(zip_entries(archive))
    archive.write_bytes(whole.replace(b"oneone", b"twotwo", 1))
    with pytest.raises(SourceError, match=r"the member 'a\.jpg' is damaged"):
        read_member(archive, "a.jpg")
    with pytest.raises(SourceError, match="no longer there"):
        read_member(archive, "b.jpg")


def test_a_damaged_member_of_any_compression_is_told(tmp_path):
    archive = packed(tmp_path / "a.zip", ("a.jpg", bytes(range(256)) * 9), compression=ZIP_LZMA)
    data = bytearray(archive.read_bytes())
    data[60:90] = bytes(30)
    archive.write_bytes(data)
    with pytest.raises(SourceError, match=r"the member 'a\.jpg' is damaged"):
        read_member(archive, "a.jpg")


@given(st.integers(0, 300), st.binary(min_size=1, max_size=6), st.sampled_from([ZIP_STORED, ZIP_DEFLATED, ZIP_LZMA]))
def test_whatever_is_overwritten_only_a_source_error_comes_out(tmp_path_factory, place, rubbish, compression):
    archive = tmp_path_factory.mktemp("zip") / "a.zip"
    packed(archive, ("nevus/a.jpg", b"one" * 10), ("nevus/b.jpg", b"two" * 10), compression=compression)
    data = bytearray(archive.read_bytes())
    data[place : place + len(rubbish)] = rubbish
    archive.write_bytes(data)
    try:
        for entry in zip_entries(archive):
            read_member(archive, entry.path)
    except SourceError as error:
        assert str(archive) in str(error)  # noqa: PT017 - not every byte matters
