"""CSV files, good and bad."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermaflow.core.errors import SourceError
from dermaflow.sources.csv_table import NO_HEADER, header_of, read_csv


def written(tmp_path, text):
    file = tmp_path / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_wanted_columns_are_read_whatever_the_case_of_their_names(tmp_path):
    file = written(tmp_path, '\ufeffImage_ID,Other,DX\r\na,x," nv "\r\n\r\nb,"y,\ny",mel\r\n')
    table = read_csv(file, {"image_id", "dx", "age"})
    assert table.columns == {"image_id": ["a", "b"], "dx": ["nv", "mel"]}
    assert table.lines == [2, 5]
    assert table.where(1) == f"{file}, line 5"
    assert header_of(file) == ("image_id", "other", "dx")


def test_a_table_without_a_header_as_isic_2016_has_is_read_from_its_first_line(tmp_path):
    file = written(tmp_path, "ISIC_0000000,benign\nISIC_0000002,malignant\n")
    assert header_of(file) == NO_HEADER
    assert read_csv(file, NO_HEADER).columns["benign_malignant"] == ["benign", "malignant"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found an empty file"),
        ("\n\n", "found an empty file"),
        ("image,dx\na,nv\nb\n", "line 3: expected 2 cells, found 1"),
        ("image,dx\na,nv,x\n", "line 2: expected 2 cells, found 3"),
        ("image,image\na,b\n", "found image again"),
        ('image,dx\n"a,nv\n', "line 2: expected CSV"),
        ('image,dx\n"a"b,nv\n', "line 2: expected CSV"),
        (b"image,dx\na,n\0v\n", "line 2: expected text, found a NUL byte"),
        (b"image,dx\na,caf\xe9\n", "expected UTF-8"),
        (b"\xff\xfei\0m\0", "expected UTF-8"),
        ("image,dx\na," + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_malformed_table_is_told_by_file_and_line(tmp_path, text, message):
    file = written(tmp_path, text)
    with pytest.raises(SourceError, match=message) as raised:
        read_csv(file, {"image", "dx"})
    assert str(file) in str(raised.value)


def test_what_is_no_file_is_told(tmp_path):
    with pytest.raises(SourceError, match="found none to read"):
        read_csv(tmp_path / "none.csv", {"image"})
    with pytest.raises(SourceError, match="found a folder"):
        read_csv(tmp_path, {"image"})
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match="found a special file"):
        read_csv(tmp_path / "pipe.csv", {"image"})


@given(st.binary())
def test_whatever_the_bytes_only_a_source_error_comes_out(tmp_path_factory, data):
    file = written(tmp_path_factory.mktemp("csv"), data)
    try:
        table = read_csv(file, {"image", "dx", "a"})
    except SourceError as error:
        assert str(file) in str(error)  # noqa: PT017 - some bytes are a table
    else:
        assert all(len(cells) == len(table.lines) for cells in table.columns.values())
