import numpy as np
import pandas as pd

from dermaflow.evaluation.comparable import answers_over, over_common, unseen

LEDGER = pd.DataFrame({"image_id": list("abcdef"), "group_id": list("112334"), "sha256": list("ABCDEF")})
ACCEPTED = pd.DataFrame({"image_id": list("abcdf"), "sha256": ["A", "B", "C", "D", "F"]})


def seen(image_ids, contents):
    return pd.DataFrame({"image_id": image_ids, "sha256": contents})


def test_an_image_is_left_out_when_it_its_content_or_its_group_was_seen():
    assert list(unseen(list("abcf"), LEDGER, ACCEPTED, seen(["b"], ["B"]))) == [False, False, True, True]
    assert list(unseen(list("abcf"), LEDGER, ACCEPTED, seen(["old name"], ["C"]))) == [True, True, False, True]


def test_what_only_the_first_weights_of_a_champion_know_is_left_out_with_its_group():
    accepted = ACCEPTED.assign(lesion_id=["", "", "", "L1", "L2"], patient_id=["", "", "P1", "", ""])
    before = seen(["x", "y"], ["X", "Y"]).assign(lesion_id=["L1", ""], patient_id=["", "P1"])
    assert list(unseen(list("abcdef"), LEDGER, accepted, before)) == [True, True, False, False, False, True]


def test_an_image_that_has_left_the_data_still_marks_its_group():
    assert list(unseen(["d", "f"], LEDGER, ACCEPTED, seen(["e"], [""]))) == [False, True]


def test_an_image_that_has_left_the_data_is_known_by_its_bytes_whatever_it_is_called_now():
    assert list(unseen(["d", "f"], LEDGER, ACCEPTED, seen(["old name"], ["E"]))) == [False, True]


def test_other_bytes_under_a_name_that_was_seen_are_another_image():
    assert unseen(list("abcdf"), LEDGER, ACCEPTED, seen(list("abcdf"), ["1", "2", "3", "4", "5"])).all()


def test_a_blank_content_is_no_content_in_common():
    blank = ACCEPTED.assign(sha256="")
    assert unseen(list("abc"), LEDGER, blank, seen(["x"], [""])).all()


def test_probabilities_over_the_common_classes_sum_to_one_in_the_order_asked():
    probabilities = np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]])
    assert np.allclose(over_common(probabilities, "xyz", "zx"), [[5 / 7, 2 / 7], [0.5, 0.5]])


def test_the_probability_of_melanoma_stays_as_the_model_states_it():
    classes, common = ("melanoma", "nevus", "vascular lesion"), ("melanoma", "nevus")
    answers = answers_over(np.array([[0.2, 0.3, 0.5]]), classes, common, threshold=0.15)
    assert np.allclose(answers.probabilities, [[0.4, 0.6]])
    assert (list(answers.p_melanoma), answers.threshold) == ([0.2], 0.15)


def test_a_model_that_does_not_know_melanoma_states_no_probability_of_it():
    classes = ("nevus", "vascular lesion")
    assert answers_over(np.array([[0.3, 0.7]]), classes, classes).p_melanoma is None
