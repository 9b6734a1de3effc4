"""How diagnoses differ, and how much they overlap."""

from dataclasses import astuple

import numpy as np
import pytest

from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.sources.phantom_traits import SHARES, TYPICAL, diagnosis_at, draw_traits


def nearest(traits):
    """The diagnosis whose typical traits are nearest."""
    return min(TYPICAL, key=lambda name: float(np.linalg.norm(np.subtract(astuple(traits), astuple(TYPICAL[name])))))


def told_apart(overlap):
    drawn = [(name, draw_traits(name, np.random.default_rng(seed), overlap)) for name in TYPICAL for seed in range(60)]
    return np.mean([nearest(traits) == name for name, traits in drawn])


def test_every_diagnosis_has_a_share_and_traits():
    assert tuple(SHARES) == tuple(TYPICAL) == DIAGNOSES
    assert sum(SHARES.values()) == pytest.approx(1)
    assert min(SHARES.values()) >= 0.05


def test_the_overlap_sets_how_well_diagnoses_can_be_told_apart():
    assert told_apart(0) == 1
    assert 0.8 < told_apart(0.5) < 1
    assert told_apart(1) < told_apart(0.5)


def test_traits_stay_in_their_range():
    for seed in range(50):
        assert all(0 <= value <= 1 for value in astuple(draw_traits("melanoma", np.random.default_rng(seed), 1)))


def test_a_quantile_names_a_diagnosis():
    assert diagnosis_at(0) == DIAGNOSES[0]
    assert diagnosis_at(np.nextafter(1, 0)) == DIAGNOSES[-1]
