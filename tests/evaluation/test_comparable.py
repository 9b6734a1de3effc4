import numpy as np
import pandas as pd

from dermaflow.evaluation.comparable import over_common, unseen

LEDGER = pd.DataFrame({"image_id": list("abcdef"), "group_id": ["1", "1", "2", "3", "3", "4"]})
ACCEPTED = pd.DataFrame({"image_id": list("abcdf"), "sha256": ["A", "B", "C", "D", "F"]})


def seen(image_ids, contents):
    return pd.DataFrame({"image_id": image_ids, "sha256": contents})


def test_an_image_is_left_out_when_it_its_content_or_its_group_was_seen():
    assert list(unseen(list("abcf"), LEDGER, ACCEPTED, seen(["b"], ["B"]))) == [False, False, True, True]
    assert list(unseen(list("abcf"), LEDGER, ACCEPTED, seen(["old name"], ["C"]))) == [True, True, False, True]


def test_an_image_that_has_left_the_data_still_marks_its_group():
    assert list(unseen(["d", "f"], LEDGER, ACCEPTED, seen(["e"], [""]))) == [False, True]


def test_a_blank_content_is_no_content_in_common():
    blank = ACCEPTED.assign(sha256="")
    assert unseen(list("abc"), LEDGER, blank, seen(["x"], [""])).all()


def test_probabilities_over_the_common_classes_sum_to_one_in_the_order_asked():
    probabilities = np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]])
    assert np.allclose(over_common(probabilities, "xyz", "zx"), [[5 / 7, 2 / 7], [0.5, 0.5]])
