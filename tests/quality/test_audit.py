import numpy as np
import pandas as pd
import pytest

from dermaflow.core.lesions import ACCEPTED_COLUMNS, QUARANTINE_COLUMNS
from dermaflow.quality.audit import Collection, audit
from dermaflow.quality.facts import measure_images
from dermaflow.quality.measurements import NEAR_COLUMNS, near_pairs
from dermaflow.quality.params import ValidateParams

PARAMS = ValidateParams(
    unconfirmed_labels="use",
    min_side_px=32,
    min_images_per_diagnosis=2,
    max_quarantined_frac=0.5,
    withheld_sources=[],
    tolerated_faults=[],
    near_copy_min_likeness=0.97,
    seed=7,
)


@pytest.fixture
def collection(tmp_path, ingested, authorities, draw, encode):
    """Twenty images of ten lesions; one filed twice, one cut off, a recompressed copy that leaks; an authority."""
    contents = {f"i{n:02}": encode(draw(n)) for n in range(20)}
    contents |= {"cut": encode(draw(30))[:-400], "near": encode(draw(0), quality=40)}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    facts = measure_images([(name, tmp_path / name) for name in contents])
    sha256 = dict(zip(facts["image_id"], facts["sha256"], strict=True))
    rows = [
        {"image_id": name, "diagnosis": ("nevus", "melanoma")[int(name[1:]) % 2], "official_partition": "train"}
        for name in list(contents)[:20]
    ]
    rows += [
        {"image_id": "i01", "file": "twice.jpg", "diagnosis": "nevus"},
        {"image_id": "cut"},
        {"image_id": "near", "official_partition": "test"},
    ]
    lesions = ingested(*({"sha256": sha256[row["image_id"]], **row} for row in rows))
    said = authorities({"image_id": "i01", "label": "melanoma", "lesion_id": "L1"})
    none = pd.DataFrame(columns=list(NEAR_COLUMNS), dtype=str)
    return Collection(lesions, said, facts, near_pairs(facts, 0.97, none, np.ones(len(facts), dtype=bool)))


def test_all_that_is_wrong_is_found_in_one_go(collection):
    found = audit(collection, PARAMS)
    assert len(found.accepted) + len(found.quarantine) == len(collection.lesions)
    assert dict(zip(found.quarantine["file"], found.quarantine["reason"], strict=True)) == {
        "twice.jpg": "exact-copy",
        "nevus/cut.jpg": "truncated",
    }
    assert list(found.accepted.columns) == list(ACCEPTED_COLUMNS)
    assert list(found.quarantine.columns) == list(QUARANTINE_COLUMNS)
    assert found.corrections["file"].tolist() == ["twice.jpg"]
    assert found.leaks[["image_id", "link"]].to_numpy().tolist() == [["near", "near copy"]]
    assert found.accepted.set_index("image_id")["lesion_id"]["i01"] == "L1"
    assert {shortcut.name for shortcut in found.shortcuts} >= {"source", "border"}
    assert found.verdict["passed"]
    assert found.verdict["leaks"] == {"near copy": 1}
    assert any("1 of 1 test image" in sentence for sentence in found.story)


def test_the_same_collection_gives_the_same_audit_and_is_left_as_it_was(collection):
    before = collection.lesions.copy()
    one, other = audit(collection, PARAMS), audit(collection, PARAMS)
    pd.testing.assert_frame_equal(one.accepted, other.accepted)
    pd.testing.assert_frame_equal(collection.lesions, before)
    assert (one.story, one.shortcuts, one.verdict) == (other.story, other.shortcuts, other.verdict)


def test_an_empty_collection_is_audited_without_a_crash(collection):
    empty = Collection(*(table.iloc[:0] for table in (collection.lesions, collection.authorities, collection.facts)),
                       collection.near.iloc[:0])  # fmt: skip
    assert not audit(empty, PARAMS).verdict["passed"]
