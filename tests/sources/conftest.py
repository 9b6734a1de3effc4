"""A small phantom source."""

import pytest

from dermaflow.sources.params import PhantomParams


@pytest.fixture
def small() -> PhantomParams:
    """Forty lesions at 48 px with two planted faults of each kind."""
    return PhantomParams(
        lesions=40, image_size_px=48, seed=3, byte_copies=2, near_copies=2, contradictions=2, truncated=2
    )
