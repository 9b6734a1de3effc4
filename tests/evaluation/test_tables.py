"""Which images are tested, and the tables that come out."""

import numpy as np
import pandas as pd
import pytest

from dermaflow.core.errors import SplitError, TableError
from dermaflow.evaluation.tables import (
    ROC_COLUMNS,
    check_kind,
    confusion_table,
    images_of_test,
    outcome_of,
    prediction_columns,
    predictions_table,
    roc_table,
)

LESIONS = pd.DataFrame({"image_id": ["c", "a", "b"], "diagnosis": ["nevus", "melanoma", "nevus"]})
LEDGER = pd.DataFrame(
    {
        "image_id": ["a", "b", "c", "gone"],
        "group_id": ["g1", "g2", "g3", "g4"],
        "partition": ["test", "train", "test", "test"],
    }
)
CLASSES = ("melanoma", "nevus")


def test_only_accepted_images_of_the_test_partition_are_tested():
    images = images_of_test(LESIONS, LEDGER, CLASSES)
    assert images.to_dict("list") == {
        "image_id": ["a", "c"],
        "diagnosis": ["melanoma", "nevus"],
        "group_id": ["g1", "g3"],
    }


def test_the_outcome_of_a_test_holds_what_is_true_and_known_of_each_image_in_their_order():
    known = LESIONS.assign(age=["50", "", "70"], sex="male", site="", source=["s3", "s1", "s2"])
    images = images_of_test(known, LEDGER, CLASSES)
    outcome = outcome_of(CLASSES, 0.3, images, known, np.array([[0.8, 0.2], [0.1, 0.9]]))
    assert outcome.truth.tolist() == [0, 1]
    assert (outcome.groups, outcome.threshold) == (["g1", "g3"], 0.3)
    assert outcome.attributes["source"] == ["s1", "s3"]
    assert outcome.attributes["age"] == ["unknown", "45–59"]


def test_an_empty_test_partition_is_an_error_that_says_what_to_do():
    with pytest.raises(SplitError, match=r"none of 3 accepted images.*split.test_frac"):
        images_of_test(LESIONS, LEDGER.assign(partition="train"), CLASSES)


def test_a_diagnosis_that_the_model_does_not_know_is_named():
    with pytest.raises(TableError, match=r"show melanoma; the model knows only dermatofibroma, nevus"):
        images_of_test(LESIONS, LEDGER, ("dermatofibroma", "nevus"))


def test_predictions_name_each_class_verbatim():
    images = images_of_test(LESIONS, LEDGER, CLASSES)
    scores, distance = np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0.5, 1.5])
    table = predictions_table(images, scores, distance, ("actinic keratosis", "nevus"))
    assert tuple(table.columns) == ("image_id", "diagnosis", "p_actinic keratosis", "p_nevus", "distance")
    assert tuple(table.columns) == prediction_columns(("actinic keratosis", "nevus"))
    assert table.iloc[1].to_list() == ["c", "nevus", 0.3, 0.7, 1.5]


def test_the_confusion_table_names_what_was_and_what_was_said():
    table = confusion_table(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]), CLASSES)
    assert table.to_dict("list") == {"actual": ["melanoma", "nevus"], "predicted": ["melanoma", "melanoma"]}


def test_the_roc_table_runs_from_corner_to_corner_for_each_class_that_has_a_curve():
    scores = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1]])
    table = roc_table(np.array([0, 1, 1]), scores, ("dermatofibroma", "melanoma", "nevus"))
    assert tuple(table.columns) == ROC_COLUMNS
    assert list(table["diagnosis"].unique()) == ["dermatofibroma", "melanoma"]
    for _, curve in table.groupby("diagnosis"):
        assert (curve["fpr"].iloc[0], curve["tpr"].iloc[0]) == (0, 0)
        assert (curve["fpr"].iloc[-1], curve["tpr"].iloc[-1]) == (1, 1)


def test_a_test_of_one_class_gives_an_empty_roc_table():
    table = roc_table(np.array([0, 0]), np.array([[0.8, 0.2], [0.6, 0.4]]), CLASSES)
    assert tuple(table.columns) == ROC_COLUMNS
    assert table.empty


def test_generated_images_are_no_test_of_a_model_of_photographs():
    lesions = pd.DataFrame({"image_id": ["a", "PHANTOM_1"], "source": ["isic9", "phantom-a"]})
    check_kind(lesions, lesions[:1], phantom=False)
    check_kind(lesions, lesions, phantom=True)
    with pytest.raises(TableError, match="the test images hold generated ones"):
        check_kind(lesions, lesions, phantom=False)
