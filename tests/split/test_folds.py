import pandas as pd
import pytest

from dermaflow.core.errors import SplitError
from dermaflow.split.folds import assign_for_fold
from dermaflow.split.ledger import extend_ledger

FOLDS = range(5)


@pytest.fixture
def images(singles):
    """Two diagnoses, the rarer with two images a lesion; one lesion has a dozen."""
    rare = singles(60, "melanoma", "M")
    rare["lesion_id"] = [f"L{number // 2}" for number in range(60)]
    large = singles(12, "nevus", "T", lesion_id="LARGE")
    return pd.concat([singles(200), rare, large], ignore_index=True)


@pytest.fixture
def ledgers(images, no_ledger, fold_of):
    return [extend_ledger(no_ledger, images, fold_of(fold))[0] for fold in FOLDS]


def held_out(ledger):
    return set(ledger.loc[ledger["partition"] == "test", "image_id"])


def test_every_image_is_tested_in_exactly_one_of_the_runs(ledgers, images):
    everything = [image_id for ledger in ledgers for image_id in held_out(ledger)]
    assert len(everything) == len(set(everything)) == len(images)


def test_a_group_is_never_divided_in_any_fold(ledgers):
    for ledger in ledgers:
        assert ledger.groupby("group_id")["partition"].nunique().max() == 1


def test_each_diagnosis_keeps_its_proportions_in_each_part_of_each_fold(ledgers, images):
    for ledger in ledgers:
        table = images[["image_id", "diagnosis"]].merge(ledger, on="image_id")
        counts = table.groupby(["diagnosis", "partition"]).size()
        assert counts["melanoma"].to_dict() == pytest.approx({"test": 12, "train": 38.4, "validation": 9.6}, abs=2)
        assert counts["nevus", "test"] == pytest.approx(212 / 5, abs=12)
        assert counts["nevus", "validation"] == pytest.approx(212 * 0.16, abs=3)


def test_folds_do_not_depend_on_the_order_of_rows_nor_on_a_ledger(ledgers, images, fold_of):
    shuffled = images.sample(frac=1, random_state=1)
    again, _ = extend_ledger(ledgers[3], shuffled, fold_of(0))
    pd.testing.assert_frame_equal(again, ledgers[0])


def test_another_seed_draws_other_folds(ledgers, images, no_ledger, fold_of):
    other, _ = extend_ledger(no_ledger, images, fold_of(0).model_copy(update={"seed": 8}))
    assert held_out(other) != held_out(ledgers[0])


def test_a_rare_diagnosis_is_spread_over_folds_and_always_learnt_from(singles, no_ledger, fold_of):
    images = pd.concat([singles(40), singles(3, "melanoma", "M")], ignore_index=True)
    ledgers = [extend_ledger(no_ledger, images, fold_of(fold))[0] for fold in FOLDS]
    rare = [sum(name.startswith("M") for name in held_out(ledger)) for ledger in ledgers]
    assert sorted(rare) == [0, 0, 1, 1, 1]


def test_a_diagnosis_of_a_single_group_cannot_be_tested(singles, no_ledger, fold_of):
    images = pd.concat([singles(40), singles(1, "melanoma", "M")], ignore_index=True)
    with pytest.raises(SplitError, match="found none of melanoma"):
        for fold in FOLDS:
            extend_ledger(no_ledger, images, fold_of(fold))


def test_the_choice_covers_all_groups(fold_of):
    names = [f"g{number}" for number in range(25)]
    images = pd.DataFrame({"group_id": names, "diagnosis": "nevus", "partition": ""})
    chosen = assign_for_fold(images, fold_of(2))
    assert sorted(chosen) == sorted(names)
    assert sorted(chosen.values()) == ["test"] * 5 + ["train"] * 16 + ["validation"] * 4
