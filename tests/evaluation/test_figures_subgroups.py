"""The forest plot: drawn for many subgroups, for few, and where figures are undefined."""

import io

from PIL import Image

from dermaflow.evaluation.figures_subgroups import MOST, draw_subgroups

FIGURE = {"value": 0.8, "low": 0.7, "high": 0.9}
UNDEFINED = {"value": None, "low": None, "high": None}
POINT = {"diagnosis": "melanoma", "threshold": 0.1, "sensitivity": FIGURE, "specificity": FIGURE}


def subgroup(name, n=300, **figures):
    whole = dict.fromkeys(("balanced_accuracy", "melanoma_auc", "sensitivity", "specificity"), FIGURE)
    return {"name": name, "n": n, "n_melanoma": n // 10, "small": n < 200, **whole, **figures}


def drawn(subgroups, point=POINT, melanoma_auc=FIGURE, *, phantom=False):
    metrics = {"n_images": 900, "balanced_accuracy": FIGURE, "melanoma_auc": melanoma_auc, "operating_point": point}
    metrics["per_class"] = {"melanoma": {}, "nevus": {}}
    picture = draw_subgroups({**metrics, "subgroups": subgroups}, phantom=phantom)
    Image.open(io.BytesIO(picture)).load()
    return picture


def test_the_same_numbers_give_the_same_bytes_and_phantoms_are_marked():
    subgroups = {"sex": [subgroup("female"), subgroup("male", 30)]}
    assert drawn(subgroups) == drawn(subgroups)
    assert drawn(subgroups) != drawn(subgroups, phantom=True)


def test_a_small_subgroup_looks_different():
    small, large = subgroup("female", 300, small=True), subgroup("female", 300, small=False)
    assert drawn({"sex": [small]}) != drawn({"sex": [large]})


def test_undefined_figures_and_a_missing_operating_point_leave_gaps_without_warnings(recwarn):
    one = subgroup("unknown", 1, balanced_accuracy={"value": 1.0, "low": None, "high": None}, melanoma_auc=UNDEFINED)
    drawn({"site": [{**one, "sensitivity": None, "specificity": None}]}, point=None, melanoma_auc=None)
    drawn({"age": []}, point=None)
    assert not list(recwarn)


def test_of_many_subgroups_the_largest_are_shown_in_their_order():
    many = [
        subgroup(f"site {number:02d} with a name that is much too long for a margin", number) for number in range(40)
    ]
    parts = (many, many[-20:], many[-MOST:])
    assert len({Image.open(io.BytesIO(drawn({"site": part}))).height for part in parts}) == 1
