"""The bundle as MLflow serves it."""

import base64
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dermaflow.core.clinical import encoded
from dermaflow.core.errors import ImageError, TableError
from dermaflow.model.bundle import Bundle
from dermaflow.model.served import ServedBundle, _load_pyfunc


def test_served_as_a_column_of_bytes_or_base64_the_table_holds_the_same_numbers(
    folder: Path, bundle: Bundle, jpegs: list[Path]
) -> None:
    files = [file.read_bytes() for file in jpegs]
    served = _load_pyfunc(str(folder))
    table = served.predict(pd.DataFrame({"image": files}, index=list("abcdef")))
    assert list(table.columns) == ["predicted", "p_melanoma", "p_nevus", "melanoma_suspected", "distance"]
    assert list(table.index) == list("abcdef")
    np.testing.assert_array_equal(table[["p_melanoma", "p_nevus"]], bundle.predict_bytes(files).probabilities)
    assert all((row["predicted"] == "melanoma") == (row["p_melanoma"] >= row["p_nevus"]) for _, row in table.iterrows())
    as_text = pd.DataFrame({"image": [base64.b64encode(file).decode() for file in files]})
    np.testing.assert_array_equal(served.predict(as_text, params={})["p_nevus"], table["p_nevus"])


def test_age_sex_and_site_are_columns_that_may_be_missing_or_blank(informed: Bundle, jpegs: list[Path]) -> None:
    files = [file.read_bytes() for file in jpegs[:3]]
    table = pd.DataFrame({"image": files, "age": [None, 80, "80"], "site": ["back", "", None]})
    served = ServedBundle(informed)
    alone, told = (served.predict(each)["p_melanoma"] for each in (table[["image"]], table))
    assert told[0] == pytest.approx(alone[0])
    assert (told[1:] > alone[1:]).all()
    expected = informed.predict_bytes(files, encoded(["", "80", "80"], [""] * 3, [""] * 3)).probabilities
    np.testing.assert_allclose(told, expected[:, 0])


@pytest.mark.parametrize(
    ("table", "kind", "message"),
    [
        (pd.DataFrame({"picture": [b""]}), TableError, "a column 'image' of image files, received picture"),
        (pd.DataFrame({"image": [3.5]}), ImageError, "image 0: expected bytes or base64 text, received float"),
        (pd.DataFrame({"image": ["no base64!"]}), ImageError, "image 0: expected base64 text"),
        (pd.DataFrame({"image": [b"no image"]}), ImageError, "image 0: not an image"),
    ],
)
def test_input_that_cannot_be_served_is_refused_with_its_place(
    bundle: Bundle, table: pd.DataFrame, kind: type[Exception], message: str
) -> None:

    with pytest.raises(kind, match=message):
        ServedBundle(bundle).predict(table)
