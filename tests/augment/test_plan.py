import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermaflow.augment.params import AugmentParams
from dermaflow.augment.plan import copy_file, make_plan
from dermaflow.core.errors import TrainingError
from dermaflow.core.lesions import PLAN_COLUMNS


def tables(partition="train", **counts):
    rows = [(f"{d}{i:03d}", d) for d, n in counts.items() for i in range(n)]
    lesions = pd.DataFrame(rows, columns=["image_id", "diagnosis"], dtype=str)
    return lesions, lesions[["image_id"]].assign(group_id=lesions["image_id"], partition=partition)


def with_target(n, seed=7, copies=0):
    return AugmentParams(
        images_per_class=n,
        copies_per_image=copies,
        max_rotation_deg=20,
        max_zoom_factor=1.2,
        max_off_centre_frac=0.0,
        max_brightness_change=0.2,
        max_contrast_change=0.0,
        max_colour_change=0.0,
        seed=seed,
    )


@given(nevus=st.integers(1, 40), melanoma=st.integers(1, 40), target=st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_every_class_is_brought_to_the_number_asked_for_evenly(nevus, melanoma, target):
    plan = make_plan(*tables(nevus=nevus, melanoma=melanoma), with_target(target))
    assert plan["diagnosis"].value_counts().to_dict() == {"nevus": target, "melanoma": target}
    an_image = plan.groupby("image_id").size()
    for diagnosis in ("nevus", "melanoma"):
        sizes = an_image[an_image.index.str.startswith(diagnosis)]
        assert sizes.max() - sizes.min() <= 1
    assert plan["file"].is_unique
    for image_id, copies in plan.groupby("image_id")["copy"]:
        assert list(copies) == list(range(an_image[image_id]))


def test_zero_means_the_images_themselves_and_no_copy():
    plan = make_plan(*tables(nevus=5, melanoma=2), with_target(0))
    assert list(plan.columns) == list(PLAN_COLUMNS)
    assert set(plan["copy"]) == {0}
    assert plan["file"].iloc[0] == "data/ingest/images/melanoma000.jpg"
    assert len(plan) == 7


def test_every_image_has_the_number_of_copies_asked_for_and_none_is_left_out():
    plan = make_plan(*tables(nevus=5, melanoma=2), with_target(0, copies=3))
    assert plan.groupby("image_id")["copy"].agg(list).map(tuple).to_dict() == {
        **{f"nevus{i:03d}": (0, 1, 2, 3) for i in range(5)},
        **{f"melanoma{i:03d}": (0, 1, 2, 3) for i in range(2)},
    }


def test_with_copies_of_every_image_one_more_changes_nothing_for_the_others():
    lesions, ledger = tables(nevus=5)
    before = make_plan(lesions[:4], ledger, with_target(0, copies=2))
    now = make_plan(lesions, ledger, with_target(0, copies=2))
    pd.testing.assert_frame_equal(before, now[now["image_id"] != "nevus004"].reset_index(drop=True))


def test_only_the_train_partition_is_planned():
    lesions, ledger = tables(nevus=6)
    ledger["partition"] = ["train", "test", "validation", "withdrawn", "train", "train"]
    plan = make_plan(lesions, ledger[:5], with_target(0))
    assert list(plan["image_id"]) == ["nevus000", "nevus004"]


def test_images_of_the_ledger_that_have_left_the_data_are_not_planned():
    lesions, ledger = tables(nevus=4)
    assert len(make_plan(lesions[1:], ledger, with_target(0))) == 3


def test_the_order_of_rows_is_irrelevant_and_the_seed_is_not():
    lesions, ledger = tables(nevus=30)
    plan = make_plan(lesions, ledger, with_target(10))
    pd.testing.assert_frame_equal(plan, make_plan(lesions[::-1], ledger[::-1], with_target(10)))
    assert set(plan["image_id"]) != set(make_plan(lesions, ledger, with_target(10, seed=8))["image_id"])


def test_one_more_image_displaces_at_most_one():
    lesions, ledger = tables(nevus=30)
    before = set(make_plan(lesions[:29], ledger, with_target(10))["image_id"])
    assert len(before - set(make_plan(lesions, ledger, with_target(10))["image_id"])) <= 1


def test_one_more_image_leaves_the_copies_of_the_others_their_names():
    lesions, ledger = tables(nevus=5)
    before = set(make_plan(lesions[:4], ledger, with_target(20))["file"])
    now = make_plan(lesions, ledger, with_target(20))
    assert set(now.loc[now["image_id"] != "nevus004", "file"]) <= before


def test_a_name_says_which_image_and_which_copy():
    assert copy_file("ISIC_1", 3) == "data/augment/images/ISIC_1_copy003.jpg"
    assert copy_file("ISIC_1", 1234) == "data/augment/images/ISIC_1_copy1234.jpg"


def test_nothing_to_train_on_is_told():
    with pytest.raises(TrainingError, match="found none among 3 accepted images"):
        make_plan(*tables("test", nevus=3), with_target(5))
