import contextlib

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermaflow.core.errors import TableError
from dermaflow.core.lesions import is_phantom, read_table, read_table_if_any, write_table


def test_a_table_is_read_back_as_written_and_every_cell_is_text(tmp_path):
    table = pd.DataFrame({"image_id": ["007", "NA"], "age": ["", "45"], "extra": ["x", "y"]})
    write_table(table, ["image_id", "age"], tmp_path / "t.csv")
    assert read_table(tmp_path / "t.csv", ["image_id"]).to_dict("list") == {
        "image_id": ["007", "NA"],
        "age": ["", "45"],
    }


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pd.DataFrame({"image_id": ["a,b", 'c"d', "é\nf"]})
    write_table(table, ["image_id"], tmp_path / "1.csv")
    write_table(table, ["image_id"], tmp_path / "2.csv")
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_a_missing_column_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("image_id,age\na,1\n")
    with pytest.raises(TableError, match="sex, site not found"):
        read_table(tmp_path / "t.csv", ["image_id", "sex", "site"])


@pytest.mark.parametrize("content", [b"", b'a,b\n"x', b"\xff\xfe\x00", b"a,b\n1,2,3,4\n1\n1,2,3\n"])
def test_what_is_no_table_is_an_error_that_names_the_file(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(TableError, match=r"t\.csv"):
        read_table(tmp_path / "t.csv", ["image_id"])


rubbish = st.one_of(st.binary(max_size=120), st.text(max_size=120).map(lambda text: text.encode(errors="ignore")))


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubbish)
def test_whatever_a_table_holds_no_other_error_comes_out(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with contextlib.suppress(TableError):
        assert "image_id" in read_table(tmp_path / "t.csv", ["image_id"])


def test_a_missing_table_is_an_error_or_empty_as_asked(tmp_path):
    with pytest.raises(TableError, match="is missing"):
        read_table(tmp_path / "t.csv", ["a"])
    assert list(read_table_if_any(tmp_path / "t.csv", ["a"]).columns) == ["a"]


@pytest.mark.parametrize(
    ("image_id", "source", "expected"),
    [("ISIC_1", "isic9", False), ("PHANTOM_1", "isic9", True), ("ISIC_1", "phantom-a", True)],
)
def test_one_generated_image_makes_a_table_phantom(image_id, source, expected):
    table = pd.DataFrame({"image_id": ["ISIC_0", image_id], "source": ["isic9", source]})
    assert is_phantom(table) is expected
