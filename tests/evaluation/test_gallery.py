import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.evaluation.gallery import draw_gallery, told, worst_errors
from dermaflow.evaluation.outcome import Outcome

CLASSES = ("basal cell carcinoma", "melanoma", "nevus")
CANCER, MELANOMA, NEVUS = range(3)


def outcome(rows, threshold=0.2):
    """Rows of (group, truth, named, confidence); what is left of the probability goes to the other two by 3 to 1."""
    probabilities = np.zeros((len(rows), 3))
    for row, (_, _, named, confidence) in enumerate(rows):
        others = [index for index in range(3) if index != named]
        probabilities[row, [named, *others]] = confidence, 0.75 * (1 - confidence), 0.25 * (1 - confidence)
    truth = np.array([truth for _, truth, _, _ in rows], dtype=np.int64)
    return Outcome(CLASSES, truth, probabilities, [group for group, *_ in rows], threshold)


def picture(outcome, rows, maps, *, phantom=False, ids=None):
    images = np.full((len(rows), 8, 8, 3), 120, dtype=np.uint8)
    ids = ids or [f"IMG_{row}" for row in range(len(outcome.truth))]
    return draw_gallery(outcome, ids, rows, images, maps, phantom=phantom)


def test_missed_melanomas_lead_and_each_kind_goes_from_the_surest_on():
    rows = [
        ("a", NEVUS, CANCER, 0.99),
        ("b", MELANOMA, NEVUS, 0.6),
        ("c", MELANOMA, NEVUS, 0.9),
        ("d", CANCER, NEVUS, 0.7),
        ("e", NEVUS, NEVUS, 1.0),
    ]
    assert worst_errors(outcome(rows)) == [2, 1, 0, 3]


def test_an_image_that_is_named_rightly_is_no_error_however_unsure():
    assert worst_errors(outcome([("a", NEVUS, NEVUS, 0.45), ("b", MELANOMA, MELANOMA, 0.5)])) == []


def test_a_lesion_is_shown_once_by_its_surest_error():
    rows = [
        ("a", MELANOMA, NEVUS, 0.7),
        ("a", MELANOMA, NEVUS, 0.8),
        ("a", NEVUS, CANCER, 0.9),
        ("b", NEVUS, CANCER, 0.5),
    ]
    assert worst_errors(outcome(rows)) == [1, 3]


def test_melanomas_take_half_of_the_places_unless_the_others_leave_more():
    missed = [(f"m{number}", MELANOMA, NEVUS, 0.9 - number / 100) for number in range(6)]
    others = [(f"o{number}", NEVUS, CANCER, 0.8 - number / 100) for number in range(6)]
    assert worst_errors(outcome(missed + others), at_most=4) == [0, 1, 6, 7]
    assert worst_errors(outcome(missed + others[:1]), at_most=4) == [0, 1, 2, 6]
    assert worst_errors(outcome(missed[:1] + others), at_most=4) == [0, 1, 2, 3]


def test_equals_keep_the_order_of_their_rows():
    assert worst_errors(outcome([(str(row), NEVUS, CANCER, 0.8) for row in range(5)]), at_most=3) == [0, 1, 2]


def test_without_the_class_melanoma_all_errors_are_others():
    two = Outcome(("basal cell carcinoma", "nevus"), np.array([0, 1]), np.array([[0.3, 0.7], [0.9, 0.1]]), ["a", "b"])
    assert worst_errors(two) == [1, 0]


def test_a_missed_melanoma_says_whether_it_is_suspected_all_the_same():
    missed = outcome([("a", MELANOMA, NEVUS, 0.7)], threshold=0.05)
    assert told(missed, 0) == [
        "true: melanoma, 0.075",
        "named: nevus, 0.700",
        "suspected of melanoma all the same: yes",
    ]
    assert told(outcome([("a", MELANOMA, NEVUS, 0.7)], threshold=0.08), 0)[-1].endswith("same: no")


def test_another_error_says_what_came_next_beside_truth_and_name():
    assert told(outcome([("a", NEVUS, CANCER, 0.9996)]), 0) == [
        "true: nevus, below 0.001",
        "named: basal cell carcinoma, above 0.999",
        "next: melanoma, below 0.001",
    ]


def test_a_melanoma_without_an_operating_point_says_what_came_next():
    assert told(outcome([("a", MELANOMA, NEVUS, 0.6)], threshold=None), 0)[-1] == "next: basal cell carcinoma, 0.300"


@pytest.mark.parametrize("n", [0, 1, 3, 4])
def test_the_picture_is_as_wide_as_a_page_and_grows_by_the_line(n):
    errors = outcome([(str(row), NEVUS, CANCER, 0.8) for row in range(n)] or [("a", NEVUS, NEVUS, 0.8)])
    width, height = Image.open(io.BytesIO(picture(errors, range(n), np.ones((n, 2, 2), np.float32)))).size
    assert width == 1440
    assert height == pytest.approx(200 * (0.62 + 1.78 * max(1, -(-n // 3))), abs=1)


def test_where_the_map_is_hot_shows_in_the_picture():
    errors, cold, hot = (
        outcome([("a", NEVUS, CANCER, 0.8)]),
        np.zeros((1, 2, 2), np.float32),
        np.ones((1, 2, 2), np.float32),
    )
    hot[0, 0, 0] = 0
    grey, coloured = (
        np.asarray(Image.open(io.BytesIO(picture(errors, [0], each))).convert("RGB")) for each in (cold, hot)
    )
    changed = (grey != coloured).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert 200 < np.ptp(rows) < 240  # one tile
    assert columns.min() > 220  # the right one of the two


def test_a_network_without_maps_says_so_and_the_same_errors_give_the_same_bytes():
    errors = outcome([("a", NEVUS, CANCER, 0.8)])
    without = picture(errors, [0], None)
    assert without == picture(errors, [0], None)
    assert without != picture(errors, [0], np.zeros((1, 2, 2), np.float32))


def test_generated_images_are_marked():
    errors = outcome([("a", NEVUS, CANCER, 0.8)])
    maps = np.ones((1, 2, 2), np.float32)
    assert picture(errors, [0], maps, phantom=True) != picture(errors, [0], maps)


def test_a_name_that_looks_like_a_formula_is_shown_as_it_is():
    picture(outcome([("a", NEVUS, CANCER, 0.8)]), [0], None, ids=["$\\frac{$" + "x" * 200])
