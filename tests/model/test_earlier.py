"""What the weights that a training begins with know already."""

from pathlib import Path

import pandas as pd
import pytest

from dermaflow.core.errors import TrainingError
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, SEEN_COLUMNS, write_table
from dermaflow.model.earlier import learnt_before, refuse_known, weights_path

LEDGER = pd.DataFrame(
    [("a", "g1", "train"), ("b", "g2", "validation"), ("c", "g3", "test"), ("gone", "g4", "test")],
    columns=list(LEDGER_COLUMNS[:3]),
)
ACCEPTED = pd.DataFrame(
    [
        ("a", "hash a", "ISIC_0000001", "L1", "", "P1"),
        ("b", "hash b", "", "L2", "M2", ""),
        ("c", "hash c", "ISIC_0000003", "", "", "P3"),
    ],
    columns=["image_id", "sha256", "isic_id", "lesion_id", "also_lesion_id", "patient_id"],
).reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
ACCEPTED["pixels_sha256"] = ["", "", "pixels c"]


def seen(**facts: str) -> pd.DataFrame:
    blank = dict.fromkeys(SEEN_COLUMNS, "")
    return pd.DataFrame([blank | {"image_id": "x", "partition": "train"} | facts, blank | {"image_id": "y"}])


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"sha256": "hash b"}, "b"),
        ({"pixels_sha256": "pixels c"}, "c"),
        ({"isic_id": "ISIC_0000003"}, "c"),
        ({"lesion_id": "L2"}, "b"),
        ({"lesion_id": "M2"}, "b"),
        ({"also_lesion_id": "L2"}, "b"),
        ({"patient_id": "P3"}, "c"),
    ],
)
def test_what_weights_know_of_a_validation_or_test_image_is_found_by_picture_lesion_and_patient(
    facts: dict[str, str], name: str
) -> None:
    message = rf"other have learnt from 1 of the 2 validation and test images, or .* \({name}, …\).*withheld_sources"
    with pytest.raises(TrainingError, match=message):
        refuse_known(seen(**facts), LEDGER, ACCEPTED, "other")


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"sha256": "hash a", "isic_id": "ISIC_0000001", "lesion_id": "L1", "patient_id": "P1"},  # to be learnt again
        {"lesion_id": "P3"},  # a lesion is no patient
        {"image_id": "c"},  # a file name that two collections may share
    ],
)
def test_what_weights_know_of_training_images_only_does_no_harm(facts: dict[str, str]) -> None:
    refuse_known(seen(**facts), LEDGER, ACCEPTED, "other")


def test_the_folder_of_a_model_says_what_it_has_learnt_from_and_a_file_of_weights_cannot(tmp_path: Path) -> None:
    write_table(seen(lesion_id="L2"), SEEN_COLUMNS, tmp_path / "seen.csv")
    assert learnt_before(str(tmp_path))["lesion_id"].tolist() == ["L2", ""]
    file = tmp_path / "model.keras"
    assert weights_path(str(tmp_path)) == weights_path(str(file)) == file
    assert learnt_before(str(file))["lesion_id"].tolist() == ["L2", ""]  # named by its file it knows the same
    for weights in ("none", "imagenet", str(tmp_path / "some.weights.h5")):
        assert learnt_before(weights).empty
        assert weights_path(weights) == Path(weights)


def test_a_model_that_does_not_say_which_lesions_it_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"do not say what .*seen\.csv is missing.*train that model anew"):
        learnt_before(str(tmp_path))
    write_table(seen(), SEEN_COLUMNS[:3], tmp_path / "seen.csv")
    with pytest.raises(TrainingError, match="lesion_id"):
        learnt_before(str(tmp_path))
