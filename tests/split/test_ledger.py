import pandas as pd
import pytest

from dermaflow.core.errors import SplitError, TableError
from dermaflow.split.ledger import WITHDRAWN, extend_ledger


def partitions(ledger):
    return dict(zip(ledger["image_id"], ledger["partition"], strict=True))


def with_singles(images, singles, n=20):
    return pd.concat([images, singles(n)], ignore_index=True)


def test_every_image_gets_a_partition_in_the_proportions_asked_for(singles, no_ledger, grouped):
    ledger, quarantine = extend_ledger(no_ledger, singles(200), grouped)
    assert ledger["partition"].value_counts().to_dict() == {"train": 130, "test": 40, "validation": 30}
    assert quarantine.empty


def test_a_new_image_follows_its_group_and_the_group_keeps_its_name(table, singles, ledger_of, grouped):
    previous = ledger_of(B=("test", "B"))
    images = table({"image_id": "B", "lesion_id": "L"}, {"image_id": "A", "lesion_id": "L"})
    ledger, _ = extend_ledger(previous, with_singles(images, singles), grouped)
    rows = ledger.set_index("image_id").loc[["A", "B"]]
    assert set(rows["partition"]) == {"test"}
    assert set(rows["group_id"]) == {"B"}


def test_an_image_that_has_left_keeps_its_row_and_comes_back_to_it(singles, no_ledger, grouped):
    images = singles(40)
    first, _ = extend_ledger(no_ledger, images, grouped)
    without, _ = extend_ledger(first, images[5:], grouped)
    again, _ = extend_ledger(without, images, grouped)
    assert partitions(first) == partitions(without) == partitions(again)


def test_an_image_that_links_partitions_moves_nothing_and_is_not_used(table, singles, ledger_of, grouped):
    images = table(
        {"image_id": "A", "lesion_id": "L"},
        {"image_id": "B", "patient_id": "P"},
        {"image_id": "C", "lesion_id": "L", "patient_id": "P"},
        {"image_id": "D", "lesion_id": "L"},
    )
    ledger, quarantine = extend_ledger(ledger_of(A="train", B="test"), with_singles(images, singles), grouped)
    found = partitions(ledger)
    assert (found["A"], found["B"], found["D"]) == ("train", "test", "train")
    assert "C" not in found
    assert quarantine[["image_id", "file", "reason"]].to_numpy().tolist() == [["C", "C.jpg", "links-partitions"]]


def test_an_assigned_image_found_in_a_group_of_the_test_part_is_withdrawn_for_good(table, singles, ledger_of, grouped):
    images = with_singles(table({"image_id": "A", "lesion_id": "L"}, {"image_id": "B", "lesion_id": "L"}), singles)
    first, quarantined = extend_ledger(ledger_of(A="train", B="test"), images, grouped)
    assert partitions(first)["A"] == WITHDRAWN
    assert partitions(first)["B"] == "test"
    second, again = extend_ledger(first, images, grouped)
    assert partitions(second) == partitions(first)
    assert list(quarantined["image_id"]) == list(again["image_id"]) == ["A"]


def test_the_official_test_part_is_kept_and_what_leaks_into_it_is_not_used(table, singles, no_ledger, official):
    images = table(
        {"image_id": "T", "lesion_id": "L", "official_partition": "test"},
        {"image_id": "A", "lesion_id": "L", "official_partition": "train"},
    )
    ledger, quarantine = extend_ledger(no_ledger, with_singles(images, singles, 50), official)
    assert ledger["partition"].value_counts().to_dict() == {"train": 40, "validation": 10, "test": 1}
    assert partitions(ledger)["T"] == "test"
    assert quarantine.to_numpy().tolist() == [
        ["A", "A.jpg", "leaks-into-official-test", "its group holds the official test image T"]
    ]


def test_a_training_image_that_its_source_comes_to_call_test_is_withdrawn_and_moves_nothing(
    table, singles, ledger_of, official
):
    images = with_singles(
        table(
            {"image_id": "A", "lesion_id": "L", "official_partition": "test"},
            {"image_id": "B", "lesion_id": "L"},
            {"image_id": "T", "official_partition": "test"},
        ),
        singles,
    )
    ledger, quarantine = extend_ledger(ledger_of(A=("train", "A"), B=("train", "A"), T="test"), images, official)
    found = partitions(ledger)
    assert (found["A"], found["B"], found["T"]) == (WITHDRAWN, "train", "test")
    assert quarantine.to_numpy().tolist() == [
        ["A", "A.jpg", "links-partitions", "meant for train, but its source calls it test now"]
    ]


def test_a_new_image_under_a_name_that_a_group_has_does_not_join_that_group(table, singles, ledger_of, official):
    previous = ledger_of(A=("train", "A"), B=("train", "A"), T="test")
    others = table(
        {"image_id": "A", "sha256": "other bytes", "pixels_sha256": "other pixels", "official_partition": "test"},
        {"image_id": "B"},
        {"image_id": "T", "official_partition": "test"},
    )
    ledger, quarantine = extend_ledger(previous, with_singles(others, singles), official)
    rows = ledger.set_index("image_id")
    assert rows.loc["A", ["group_id", "partition"]].tolist() == ["A_other by", "test"]
    assert rows.loc["B", ["group_id", "partition"]].tolist() == ["A", "train"]
    assert quarantine.empty


def test_an_image_that_was_renamed_keeps_its_place(singles, no_ledger, grouped):
    images = singles(60)
    first, _ = extend_ledger(no_ledger, images, grouped)
    renamed = images.assign(image_id="R" + images["image_id"], content_group="R" + images["content_group"])
    second, _ = extend_ledger(first, renamed, grouped)
    assert partitions(second) == {f"R{name}": partition for name, partition in partitions(first).items()}


def test_the_same_pixels_in_other_bytes_keep_their_place_under_any_name(singles, no_ledger, grouped):
    images = singles(60)
    first, _ = extend_ledger(no_ledger, images, grouped)
    others = images.assign(sha256="other " + images["sha256"], image_id="A" + images["image_id"])
    second, _ = extend_ledger(first, others, grouped)
    assert len(second) == 60
    assert {name.removeprefix("A"): place for name, place in partitions(second).items()} == partitions(first)
    assert set(second["sha256"]) == set(others["sha256"])


def test_other_bytes_under_a_known_name_are_a_new_image_and_the_old_one_can_come_back(singles, no_ledger, grouped):
    images = singles(60)
    first, _ = extend_ledger(no_ledger, images, grouped)
    others = images.assign(sha256="other " + images["sha256"], pixels_sha256="other " + images["pixels_sha256"])
    second, _ = extend_ledger(first, others, grouped)
    assert len(second) == 120
    names = list(images["image_id"])
    drawn = second[second["image_id"].isin(names)]["partition"].value_counts().to_dict()
    assert drawn == {"train": 39, "test": 12, "validation": 9}
    assert set(second["group_id"]).issuperset(f"{name}_other by" for name in names)
    back, _ = extend_ledger(second, images, grouped)
    assert {name: partitions(back)[name] for name in names} == partitions(first)


def test_training_gives_way_to_a_new_official_test_image_of_its_lesion(table, singles, ledger_of, official):
    images = table(
        {"image_id": "A", "lesion_id": "L", "official_partition": "train"},
        {"image_id": "T", "lesion_id": "L", "official_partition": "test"},
        {"image_id": "U", "official_partition": "test"},
    )
    ledger, quarantine = extend_ledger(ledger_of(A="train"), with_singles(images, singles), official)
    assert partitions(ledger)["A"] == WITHDRAWN
    assert partitions(ledger)["T"] == partitions(ledger)["U"] == "test"
    assert quarantine[["image_id", "reason"]].to_numpy().tolist() == [["A", "links-partitions"]]


def test_an_official_split_without_a_test_part_is_refused(singles, no_ledger, official):
    with pytest.raises(SplitError, match=r"found none; set split\.method to grouped"):
        extend_ledger(no_ledger, singles(9), official)


def test_a_diagnosis_without_a_training_image_is_named(table, singles, ledger_of, grouped):
    images = table({"image_id": "A", "patient_id": "P"}, {"image_id": "B", "patient_id": "P", "diagnosis": "melanoma"})
    with pytest.raises(SplitError, match="found none of melanoma"):
        extend_ledger(ledger_of(A="test"), with_singles(images, singles), grouped)


def test_a_single_image_is_no_split(singles, no_ledger, grouped):
    with pytest.raises(SplitError, match="1 groups in all and none for validation and test"):
        extend_ledger(no_ledger, singles(1), grouped)


def test_no_image_at_all_is_told(singles, no_ledger, grouped):
    with pytest.raises(SplitError, match="received none"):
        extend_ledger(no_ledger, singles(3)[:0], grouped)


def test_an_image_given_twice_is_refused(singles, no_ledger, grouped):
    with pytest.raises(TableError, match="received S0000 twice"):
        extend_ledger(no_ledger, pd.concat([singles(9), singles(1)]), grouped)


def test_the_arguments_are_left_as_they_were(singles, no_ledger, grouped):
    images = singles(20)
    ledger, _ = extend_ledger(no_ledger, images[:10], grouped)
    kept = images.copy(), ledger.copy()
    extend_ledger(ledger, images, grouped)
    pd.testing.assert_frame_equal(images, kept[0])
    pd.testing.assert_frame_equal(ledger, kept[1])
