import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermaflow.core.files import sha256_hex
from dermaflow.core.lesions import ACCEPTED_COLUMNS
from dermaflow.quality.drift import (
    CATEGORIES,
    MAJOR_SHIFT,
    NUMBERS,
    advanced,
    is_new,
    limit_for,
    profile_of,
    shifts,
    stability_index,
)


def collection(n, seed=0, start=0, **columns):
    """Accepted images and their facts, drawn from the same distributions unless a column is given."""
    draw = np.random.default_rng(seed)
    names = [f"I{start + i:05d}" for i in range(n)]
    accepted = pd.DataFrame(dict.fromkeys(ACCEPTED_COLUMNS, ""), index=range(n), dtype=str).assign(
        image_id=names, sha256=[sha256_hex(name.encode()) for name in names], source="vienna",
        diagnosis=draw.choice(["nevus", "melanoma", "dermatofibroma"], n, p=[0.7, 0.25, 0.05]),
        sex=draw.choice(["female", "male", ""], n), age=draw.choice(["", "45", "50", "55", "85"], n),
    )  # fmt: skip
    facts = pd.DataFrame({
        "image_id": names, "width": 600, "height": 450, "size_bytes": draw.integers(20_000, 90_000, n),
        "brightness": draw.normal(150, 15, n), "contrast": draw.normal(40, 5, n), "colour": draw.normal(60, 9, n),
        "sharpness": draw.normal(60, 5, n),
    })  # fmt: skip
    return (
        accepted.assign(**{name: value for name, value in columns.items() if name in accepted}),
        facts.assign(**{name: value for name, value in columns.items() if name in facts}),
    )


def moved(before, now):
    return {name for name, shift in shifts(*now, profile_of(*before)).items() if shift.index > shift.limit}


def test_a_profile_is_json_that_holds_counts_and_deciles_of_every_feature():
    profile = profile_of(*collection(500))
    assert json.loads(json.dumps(profile, allow_nan=False)) == profile
    assert set(profile["categories"]) == set(CATEGORIES)
    assert set(profile["numbers"]) == set(NUMBERS)
    for feature in CATEGORIES:
        assert sum(profile["categories"][feature].values()) == 500
    for feature in NUMBERS:
        assert sum(profile["numbers"][feature]["images"]) == 500
    assert profile["numbers"]["width"]["deciles"] == [600.0] * 11


def test_the_same_images_have_not_moved_at_all():
    images = collection(400)
    assert {shift.index for shift in shifts(*images, profile_of(*images)).values()} == {0.0}


@pytest.mark.parametrize("n", [20, 60, 4000])
def test_what_is_drawn_alike_has_not_moved_however_few_they_are(n):
    assert moved(collection(4000, seed=1), collection(n, seed=2, start=9000)) == set()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("diagnosis", "dermatofibroma"), ("source", "elsewhere"), ("sex", "female"), ("site", "sole"),
        ("official_partition", "train"), ("age", "12"), ("age", ""), ("width", 601), ("height", 300),
        ("size_bytes", 10_000), ("brightness", 90.0), ("contrast", 80.0), ("colour", 10.0), ("colour", np.nan),
        ("sharpness", 20.0),
    ],
)  # fmt: skip
def test_what_is_different_has_moved_and_nothing_else_has(column, value):
    now = collection(300, seed=2, start=9000, **{column: value})
    assert moved(collection(4000, seed=1), now) == {column}


def test_the_evidence_says_what_rose_and_fell_and_names_new_images_first():
    before = collection(100, diagnosis="nevus")
    known, facts = collection(50, diagnosis="melanoma")
    new, more = collection(50, start=500, diagnosis="melanoma")
    now = pd.concat([known, new], ignore_index=True), pd.concat([facts, more], ignore_index=True)
    evidence = shifts(*now, profile_of(*before))["diagnosis"].evidence
    assert "melanoma rose from 0.0% to 100.0%" in evidence
    assert evidence.endswith(", such as I00500, I00501, I00502, I00503, I00504")


def test_a_number_that_moved_is_told_by_its_bin():
    now = collection(300, start=9000, width=450)
    evidence = shifts(*now, profile_of(*collection(300)))["width"].evidence
    assert evidence.startswith("under 600 rose from 0.0% to 100.0% and 600 fell from 100.0% to 0.0%, such as I09000")


def test_new_images_are_known_by_their_bytes_and_not_by_their_names():
    accepted, facts = collection(10)
    renamed = accepted.assign(image_id="R" + accepted["image_id"])
    changed = accepted.assign(sha256=[sha256_hex(b"x"), *accepted["sha256"][1:]])
    assert not is_new(renamed, profile_of(accepted, facts)).any()
    assert is_new(changed, profile_of(accepted, facts)).tolist() == [True] + [False] * 9


def test_the_history_advances_with_what_is_new_and_stays_when_the_same_is_seen_again():
    first, second = profile_of(*collection(10)), profile_of(*collection(12))
    history = advanced(None, first)
    assert history == {"before": None, "now": first}
    assert advanced(history, first) == history
    later = advanced(history, second)
    assert later == {"before": first, "now": second}
    assert advanced(json.loads(json.dumps(later)), second) == later


def test_a_feature_that_the_kept_profile_does_not_know_is_not_compared():
    profile = profile_of(*collection(10))
    del profile["numbers"]["colour"]
    assert "colour" not in shifts(*collection(10), profile)


@given(counts=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8))
@settings(deadline=None)
def test_the_index_is_never_negative_and_the_same_both_ways(counts):
    before, now = zip(*counts, (1, 1), strict=True)
    terms = stability_index(before, now)
    assert (terms >= 0).all()
    assert terms.sum() == pytest.approx(stability_index(now, before).sum())


def test_the_index_is_the_one_of_the_textbook_where_counts_are_large():
    before, now = [600_000, 400_000], [300_000, 700_000]
    expected = (0.3 - 0.6) * np.log(0.3 / 0.6) + (0.7 - 0.4) * np.log(0.7 / 0.4)
    assert stability_index(before, now).sum() == pytest.approx(expected, rel=1e-4)


def test_chance_alone_goes_beyond_the_limit_once_in_a_thousand_times_and_not_more():
    draw = np.random.default_rng(0)
    shares = [0.5, 0.3, 0.1, 0.1]
    before = draw.multinomial(5000, shares)
    drawn = [stability_index(before, draw.multinomial(40, shares)).sum() for _ in range(4000)]
    limit = limit_for(before, draw.multinomial(40, shares), seed=1)
    assert 0 < np.mean(np.array(drawn) > limit) < 0.004
    assert limit > MAJOR_SHIFT == limit_for([6000, 4000], [5000, 5000], seed=1)
