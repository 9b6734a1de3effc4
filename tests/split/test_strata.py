import pandas as pd
import pytest

from dermaflow.split.strata import assign_groups

FRACTIONS = {"train": 0.65, "test": 0.2, "validation": 0.15}


def groups(*rows):
    """Rows of (group_id, diagnosis, number of images, partition)."""
    each = [(g, d, p) for g, d, n, p in rows for _ in range(n)]
    return pd.DataFrame(each, columns=["group_id", "diagnosis", "partition"], dtype=str)


def sizes(images, chosen):
    partition = images["group_id"].map(chosen)
    return images.groupby(partition).size().to_dict()


def test_proportions_hold_within_each_diagnosis():
    images = groups(*((f"{d}{i}", d, 1 + i % 3, "") for d in ("nevus", "melanoma") for i in range(100)))
    chosen = assign_groups(images, FRACTIONS, 7)
    for _, part in images.groupby("diagnosis"):
        for partition, count in sizes(part, chosen).items():
            assert count / len(part) == pytest.approx(FRACTIONS[partition], abs=0.02)


def test_three_groups_are_enough_to_be_in_every_partition():
    chosen = assign_groups(groups(("A", "nevus", 9, ""), ("B", "nevus", 1, ""), ("C", "nevus", 1, "")), FRACTIONS, 7)
    assert set(chosen.values()) == set(FRACTIONS)
    assert chosen["A"] == "train"


def test_one_group_is_trained_on_and_two_are_trained_on_and_tested():
    assert assign_groups(groups(("A", "nevus", 2, "")), FRACTIONS, 7) == {"A": "train"}
    two = assign_groups(groups(("A", "nevus", 2, ""), ("B", "nevus", 1, "")), FRACTIONS, 7)
    assert two == {"A": "train", "B": "test"}


def test_a_large_group_does_not_swell_a_small_partition():
    images = groups(("A", "nevus", 30, ""), ("B", "nevus", 30, ""), *((f"s{i}", "nevus", 1, "") for i in range(20)))
    chosen = assign_groups(images, FRACTIONS, 7)
    assert chosen["A"] == chosen["B"] == "train"


def test_new_groups_make_up_for_what_a_partition_lacks():
    images = groups(
        *((f"o{i}", "nevus", 1, "train") for i in range(10)), ("n1", "nevus", 1, ""), ("n2", "nevus", 1, "")
    )
    assert set(assign_groups(images, FRACTIONS, 7).values()) == {"test", "validation"}


def test_what_has_a_partition_is_not_chosen_for():
    assert assign_groups(groups(("A", "nevus", 1, "test")), FRACTIONS, 7) == {}


def test_a_group_of_several_diagnoses_counts_for_each():
    images = groups(("A", "melanoma", 1, ""), ("A", "nevus", 5, ""), *((f"n{i}", "nevus", 1, "") for i in range(15)))
    chosen = assign_groups(images, FRACTIONS, 7)
    assert chosen["A"] == "train"
    assert sizes(images[images["diagnosis"] == "nevus"], chosen)["train"] == 13


def test_the_seed_decides_between_equal_groups_and_the_order_of_rows_does_not():
    images = groups(*((f"g{i}", "nevus", 1, "") for i in range(40)))
    assert assign_groups(images, FRACTIONS, 7) == assign_groups(images[::-1], FRACTIONS, 7)
    assert assign_groups(images, FRACTIONS, 7) != assign_groups(images, FRACTIONS, 8)
