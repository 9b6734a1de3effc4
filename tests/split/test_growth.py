"""What must hold however the data grow: the ledger's promises, over random sequences of deliveries."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermaflow.core.groups import connected
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, PARTITIONS
from dermaflow.split.ledger import WITHDRAWN, extend_ledger
from dermaflow.split.params import SplitParams

PARAMS = SplitParams(method="grouped", validation_frac=0.15, test_frac=0.2, folds=5, fold=0, seed=7)
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
    present = ledger[ledger["image_id"].isin(images["image_id"])]
    used = set(present.loc[present["partition"] != WITHDRAWN, "image_id"])
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


EVENTS = ("added", "removed", "returned", "relabelled", "renamed", "replaced", "corrected", "corrected", "turned")
event = st.tuples(st.sampled_from(EVENTS), st.integers(0, 30), link, link)
histories = st.lists(st.lists(event, min_size=1, max_size=10), min_size=1, max_size=5)


class Source:
    """A collection to which everything happens that happens to collections; the images of `grown([[]])` stay."""

    def __init__(self):
        (self.base,) = grown([[]])
        self.images, self.gone, self.count = [], [], 0

    def happens(self, kind, index, lesion, patient):
        self.count += 1
        chosen = self.images[index % len(self.images)] if self.images else None
        if kind == "added" or chosen is None:
            blank = dict.fromkeys(ACCEPTED_COLUMNS, "") | {
                "image_id": f"n{self.count}",
                "sha256": f"bytes {self.count}",
            }
            own = {"content_group": f"n{self.count}", "diagnosis": "nevus"}
            self.images.append(blank | own | {"lesion_id": lesion, "patient_id": patient})
        elif kind == "removed":
            self.images.remove(chosen)
            self.gone.append(chosen)
        elif kind == "returned" and self.gone:
            back = self.gone.pop(index % len(self.gone))
            if back["image_id"] not in {image["image_id"] for image in self.images}:
                self.images.append(back)
        else:
            self.images[self.images.index(chosen)] = chosen | self.changed(kind, chosen, lesion, patient)

    def changed(self, kind, image, lesion, patient):
        if kind == "replaced":
            self.gone.append(image)  # its bytes may come back, under the same name
        return {
            "relabelled": {"diagnosis": "melanoma" if image["diagnosis"] == "nevus" else "nevus"},
            "renamed": {"image_id": f"r{self.count}"},
            "replaced": {"sha256": f"bytes {self.count}"},
            "corrected": {"lesion_id": lesion, "patient_id": patient},
            "turned": {"official_partition": "" if image["official_partition"] else "test"},
        }.get(kind, {})

    def table(self):
        return pd.concat([self.base, pd.DataFrame(self.images, columns=list(ACCEPTED_COLUMNS), dtype=str)])


def check_nothing_moved(before, after):
    """By content: no image has another partition than before unless it was withdrawn, and none is forgotten."""
    assert after["sha256"].is_unique
    assert after["image_id"].is_unique
    both = before.merge(after, on="sha256", how="left", suffixes=("_before", ""))
    assert ((both["partition"] == both["partition_before"]) | (both["partition"] == WITHDRAWN)).all()


@pytest.mark.parametrize("params", [PARAMS, OFFICIAL], ids=["grouped", "official"])
@given(history=histories)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_to_a_collection_its_ledger_keeps_its_promises(params, history):
    source, ledger = Source(), EMPTY
    for events in history:
        for each in events:
            source.happens(*each)
        images, before = source.table(), ledger
        ledger, quarantine = extend_ledger(before, images, params)
        check_no_group_is_divided(images, ledger)
        check_all_are_accounted_for(images, ledger, quarantine)
        check_nothing_moved(before, ledger)
        assert (quarantine["evidence"] != "").all()
        used = images.merge(ledger[ledger["partition"] != WITHDRAWN], on="image_id")
        assert set(used.loc[used["partition"] == "train", "diagnosis"]) == {"nevus", "melanoma"}
        stated = used.loc[used["official_partition"] == "test", "partition"]
        assert params is PARAMS or set(stated) == {"test"}
        again, once_more = extend_ledger(ledger, images, params)
        pd.testing.assert_frame_equal(again, ledger)
        assert list(once_more["image_id"]) == list(quarantine["image_id"])
