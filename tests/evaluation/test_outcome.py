"""A test as values: what is melanoma in it, what is suspected, and parts of it."""

import numpy as np

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.evaluation.outcome import NEVUS, Outcome

SCORES = np.array([[0.7, 0.3], [0.3, 0.7], [0.29, 0.71]])


def outcome(classes=("melanoma", "nevus"), threshold=0.3):
    return Outcome(classes, np.array([0, 1, 0]), SCORES, ["a", "a", "b"], threshold, {"sex": ["x", "y", "x"]})


def test_nevus_is_a_diagnosis_of_ours():
    assert NEVUS in DIAGNOSES


def test_an_image_at_the_threshold_is_suspected():
    assert outcome().suspected.tolist() == [True, True, False]
    assert outcome().shows_melanoma.tolist() == [True, False, True]


def test_without_a_melanoma_class_none_is_shown_and_none_suspected():
    other = outcome(("nevus", "vascular lesion"))
    assert other.melanoma is None
    assert other.nevus == 0
    assert not other.shows_melanoma.any()
    assert other.suspected is None


def test_without_a_threshold_none_is_suspected():
    assert outcome(threshold=None).suspected is None


def test_a_part_keeps_what_belongs_to_its_images():
    part = outcome().part(np.array([False, True, True]))
    assert part.truth.tolist() == [1, 0]
    assert part.groups == ["a", "b"]
    np.testing.assert_array_equal(part.probabilities, SCORES[1:])
    assert part.threshold == 0.3
    assert part.attributes == {}
