"""What must hold however the data grow: the ledger's promises, over random sequences of deliveries."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermaflow.core.groups import connected
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, PARTITIONS
from dermaflow.split.ledger import WITHDRAWN, extend_ledger
from dermaflow.split.params import SplitParams

PARAMS = SplitParams(method="grouped", validation_frac=0.15, test_frac=0.2, seed=7)
OFFICIAL = PARAMS.model_copy(update={"method": "official"})
EMPTY = pd.DataFrame(columns=list(LEDGER_COLUMNS), dtype=str)
BASE = 30
"""Unrelated images of each diagnosis that are there from the first delivery on, so that a split exists."""

link = st.one_of(st.just(""), st.integers(0, 14).map(str))
row = st.tuples(st.sampled_from(["nevus", "melanoma"]), link, link, link, st.sampled_from(["", "train", "test"]))
deliveries = st.lists(st.lists(row, min_size=1, max_size=12), min_size=1, max_size=4)


def grown(batches):
    """The accepted table after each delivery; ids are drawn so that new images sort among old ones."""
    base = [(f"{d[0]}{i:03d}", d, "", "", "", "test" if i % 5 == 0 else "") for d in ("nevus", "melanoma")
            for i in range(BASE)]  # fmt: skip
    rows, tables = base, []
    for number, batch in enumerate(batches):
        rows = rows + [(f"{(i * 37 + number * 11) % 97:02d}x{number}x{i}", *each) for i, each in enumerate(batch)]
        columns = ["image_id", "diagnosis", "lesion_id", "patient_id", "content_group", "official_partition"]
        table = pd.DataFrame(rows, columns=columns, dtype=str).reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
        table = table.assign(sha256="bytes of " + table["image_id"])
        own = table["content_group"].where(table["content_group"] != "", "own " + table["image_id"])
        tables.append(table.assign(content_group=own))
    return tables


def check_no_group_is_divided(images, ledger):
    used = images.merge(ledger[ledger["partition"] != WITHDRAWN], on="image_id")
    for groups in (connected(used), used["group_id"]):
        assert used.groupby(groups)["partition"].nunique().max() == 1


def check_all_are_accounted_for(images, ledger, quarantine):
    used = set(ledger.loc[ledger["partition"] != WITHDRAWN, "image_id"])
    assert used.isdisjoint(quarantine["image_id"])
    assert used | set(quarantine["image_id"]) == set(images["image_id"])
    assert set(ledger["partition"]) <= {*PARTITIONS, WITHDRAWN}


@pytest.mark.parametrize("params", [PARAMS, OFFICIAL], ids=["grouped", "official"])
@given(batches=deliveries)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_however_the_data_grow_no_group_is_divided_and_nothing_moves(params, batches):
    ledger = EMPTY
    for images in grown(batches):
        before = ledger
        ledger, quarantine = extend_ledger(before, images, params)
        check_no_group_is_divided(images, ledger)
        check_all_are_accounted_for(images, ledger, quarantine)
        both = before.merge(ledger, on="image_id", how="left", suffixes=("_before", ""))
        assert ((both["partition_before"] == both["partition"]) | (both["partition"] == WITHDRAWN)).all()
        assert params is OFFICIAL or WITHDRAWN not in set(ledger["partition"])


@given(batches=deliveries, seed=st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_rows_is_irrelevant_and_a_second_run_changes_nothing(batches, seed):
    first, *_, last = [*grown(batches), grown(batches)[-1]]
    previous, _ = extend_ledger(EMPTY, first, PARAMS)
    ledger, quarantine = extend_ledger(previous, last, PARAMS)
    order = list(range(len(last)))
    seed.shuffle(order)
    shuffled, also = extend_ledger(previous, last.iloc[order], PARAMS)
    pd.testing.assert_frame_equal(ledger, shuffled)
    pd.testing.assert_frame_equal(quarantine, also)
    again, once_more = extend_ledger(ledger, last, PARAMS)
    pd.testing.assert_frame_equal(again, ledger)
    assert list(once_more["image_id"]) == list(quarantine["image_id"])


@given(batches=deliveries)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_official_test_part_is_whole_unless_its_lesions_were_trained_on(batches):
    images = grown(batches)[-1]
    ledger, quarantine = extend_ledger(EMPTY, images, OFFICIAL)
    stated = set(images.loc[images["official_partition"] == "test", "image_id"])
    assert set(ledger.loc[ledger["partition"] == "test", "image_id"]) == stated
    assert set(quarantine["reason"]) <= {"leaks-into-official-test"}


@given(sizes=st.lists(st.integers(1, 4), min_size=30, max_size=80), steps=st.integers(1, 4))
@settings(max_examples=10, deadline=None)
def test_proportions_are_roughly_kept_while_the_data_grow(sizes, steps):
    rows = [(f"{g:03d}-{i}", f"L{g}") for g, size in enumerate(sizes) for i in range(size)]
    images = pd.DataFrame(rows, columns=["image_id", "lesion_id"], dtype=str)
    images = images.reindex(columns=list(ACCEPTED_COLUMNS), fill_value="")
    images = images.assign(diagnosis="nevus", content_group=images["image_id"], sha256=images["image_id"])
    ledger = EMPTY
    for step in range(1, steps + 1):
        ledger, _ = extend_ledger(ledger, images[: max(40, len(images) * step // steps)], PARAMS)
    shares = ledger["partition"].value_counts(normalize=True)
    for partition, due in (("train", 0.65), ("validation", 0.15), ("test", 0.2)):
        assert abs(shares[partition] - due) <= 0.05 + 4 / len(images)
