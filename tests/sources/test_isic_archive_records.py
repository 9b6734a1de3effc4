"""What the archive answers is read as it documents it, and refused in a sentence otherwise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.sources.isic_archive_records import MAX_FILE_BYTES, Page, Record, is_isic_id, read_record


def record(**changes):
    said = {
        "isic_id": "ISIC_0000001",
        "public": True,
        "copyright_license": "CC-0",
        "attribution": "Anonymous",
        "files": {"full": {"url": "https://files.example/ISIC_0000001.jpg?Signature=s", "size": 5}},
        "metadata": {"acquisition": {"pixels_x": 3, "pixels_y": 2, "image_type": "dermoscopic"}, "clinical": {}},
    }
    return said | changes


def with_file(**changes):
    return record(files={"full": record()["files"]["full"] | changes})


def with_clinical(**clinical):
    return record(metadata={"acquisition": {}, "clinical": clinical})


def test_a_record_is_read_from_json_and_from_a_page_alike():
    assert read_record(json.dumps(record()).encode()) == read_record(record())
    assert read_record(record(more={"than": ["we", "use"]})).isic_id == "ISIC_0000001"


def test_the_finest_level_of_a_diagnosis_comes_first():
    assert read_record(with_clinical(diagnosis_1="Benign", diagnosis_3="Nevus", diagnosis_2=" ")).labels == (
        "Nevus",
        "Benign",
    )
    assert read_record(with_clinical(diagnosis_1=None)).labels == ()


def test_the_state_changes_with_the_file_and_not_with_its_address():
    state = read_record(record()).state
    assert read_record(with_file(url="https://elsewhere.example/x?Signature=t")).state == state
    assert read_record(with_file(size=6)).state != state
    assert read_record(record(metadata={"acquisition": {"pixels_x": 4}, "clinical": {}})).state != state


@pytest.mark.parametrize(
    "name", ["../etc", "ISIC_123", "ISIC_00000012", "ISIC_000000१", "ISIC_0000001\n", "", "a/b", 1]
)
def test_an_id_that_is_none_is_refused(name):
    assert not is_isic_id(str(name))
    with pytest.raises(SourceError, match="isic_id"):
        read_record(record(isic_id=name))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({key: value for key, value in record().items() if key != "public"}, "public"),
        (record(public="yes"), "public"),
        (record(copyright_license=None), "copyright_license"),
        (record(attribution="\ud800"), "attribution"),
        (record(attribution="\x1b[2J"), "attribution"),
        (record(attribution="a" * 2001), "attribution"),
        (with_file(size="5"), r"files\.full\.size"),
        (with_file(size=0), r"files\.full\.size"),
        (with_file(size=MAX_FILE_BYTES + 1), r"files\.full\.size"),
        (with_file(url="file:///etc/passwd"), r"files\.full\.url"),
        (with_file(url="https://[broken"), r"files\.full\.url"),
        (record(metadata={"clinical": {}}), r"metadata\.acquisition"),
        (with_clinical(age_approx=-5), "age_approx"),
        (with_clinical(age_approx=121), "age_approx"),
        (with_clinical(age_approx=float("nan")), "age_approx"),
        (with_clinical(lesion_id=7), "lesion_id"),
    ],
)
def test_a_field_that_is_missing_or_malformed_is_named(said, field):
    with pytest.raises(SourceError, match=f"ISIC_0000001.*{field}"):
        read_record(said)


def test_no_message_shows_a_signed_address():
    with pytest.raises(SourceError) as caught:
        read_record(with_file(url="ftp://files.example/?Signature=secret"))
    assert "secret" not in str(caught.value)
    assert "Signature" not in repr(read_record(record()))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><html>",
        b"{}",
        b"[]",
        b"[" * 100_000,
        b'{"results": {}, "next": null}',
        b'{"results": []}',
        b'{"results": [], "next": 1}',
        b'{"results": [], "next": null, "count": -1}',
        b'{"results": [1], "next": null}',
    ],
)
def test_what_is_no_page_is_refused(body):
    with pytest.raises(SourceError, match="expected a page"):
        Page.read(body)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
PATHS = [
    ("isic_id",), ("public",), ("attribution",), ("files",), ("files", "full"), ("files", "full", "url"),
    ("files", "full", "size"), ("metadata",), ("metadata", "acquisition"), ("metadata", "clinical"),
    ("metadata", "acquisition", "image_type"), ("metadata", "clinical", "age_approx"),
    ("metadata", "clinical", "diagnosis_3"),
]  # fmt: skip


@given(path=st.sampled_from(PATHS), value=json_like)
def test_whatever_stands_in_a_field_a_record_is_read_or_refused(path, value):
    said = json.loads(json.dumps(record()))
    inner = said
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        read = read_record(said)
    except SourceError:
        return
    assert isinstance(read, Record)
    assert is_isic_id(read.isic_id)
    assert " ".join((*read.labels, read.attribution, read.copyright_license)).encode().decode().isprintable()


@given(said=st.dictionaries(st.sampled_from(["results", "next", "count", "previous"]), json_like))
def test_whatever_stands_in_a_page_it_is_read_or_refused(said):
    try:
        page = Page.read(json.dumps(said).encode())
    except SourceError:
        return
    assert page.next is None or isinstance(page.next, str)


@given(body=st.binary(max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused(body):
    for read in (Page.read, read_record):
        with pytest.raises(SourceError):
            read(body)
