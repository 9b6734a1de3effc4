"""What is kept for another task."""

import pandas as pd
import pytest

from dermaflow.core.errors import VerdictError
from dermaflow.core.groups import LINKS
from dermaflow.quality.withheld import withheld

ROWS = pd.DataFrame(
    [
        ("theirs", "1.jpg", "L1", "", "p1"),
        ("ours", "2.jpg", "L1", "", "p2"),  # the same lesion
        ("ours", "3.jpg", "", "", "p1"),  # the same picture
        ("ours", "4.jpg", "L9", "L1", "p4"),  # the same lesion under its other number
        ("ours", "5.jpg", "L5", "", "p5"),
        ("ours", "6.jpg", "", "", "p6"),
    ],
    columns=["source", "file", "lesion_id", "also_lesion_id", "content_group"],
    index=[10, 11, 12, 13, 14, 15],
).reindex(columns=["source", "file", *LINKS], fill_value="")


def test_a_source_is_withheld_with_every_image_of_its_lesions_and_pictures() -> None:
    found = withheld(ROWS, ["theirs"])
    assert list(found.index) == [10, 11, 12, 13]
    assert set(found["reason"]) == {"withheld"}
    assert found["evidence"].tolist() == [
        "its source is for another task",
        *["belongs to 1.jpg, which is for another task"] * 3,
    ]


def test_without_sources_nothing_is_withheld() -> None:
    assert withheld(ROWS, []).empty


def test_a_source_that_is_not_there_is_no_licence_to_use_everything() -> None:
    with pytest.raises(VerdictError, match="expected some of ours, theirs, received thiers"):
        withheld(ROWS, ["theirs", "thiers"])
