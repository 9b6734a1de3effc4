import numpy as np

from dermaflow.quality.perceptual import THUMBNAIL_BYTES, features
from dermaflow.quality.projection import PROJECTION


def test_every_feature_has_its_row_and_the_directions_are_independent():
    projection = np.array(PROJECTION)
    assert features(np.zeros((1, THUMBNAIL_BYTES), np.uint8)).shape == (1, len(projection))
    assert np.isfinite(projection).all()
    assert np.linalg.matrix_rank(projection) == projection.shape[1]
