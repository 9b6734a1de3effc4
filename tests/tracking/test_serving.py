import numpy as np
import pytest

from dermaflow.core import paths
from dermaflow.core.errors import PromotionError
from dermaflow.tracking.registry import Version, register
from dermaflow.tracking.runs import log_evaluated_run
from dermaflow.tracking.serving import served_probabilities
from dermaflow.tracking.store import connect


@pytest.mark.usefixtures("project")
def test_a_registered_model_answers_in_a_process_of_its_own():
    client = connect()
    version = register(client, "skin-lesion-classifier", log_evaluated_run())
    images = [paths.ingested_image(name).read_bytes() for name in ("IMG_000", "IMG_002", "IMG_004")]
    classes = ("melanoma", "nevus", "vascular lesion")
    served = served_probabilities(client, version, images, classes, {"age": ["40", "", ""]})
    assert served.shape == (3, 3)
    assert list(served.argmax(axis=1)) == [0, 1, 2]
    assert np.allclose(served.sum(axis=1), 1)


@pytest.mark.usefixtures("stored")
def test_a_model_that_cannot_be_loaded_does_not_serve():
    with pytest.raises(PromotionError, match="does not serve: loading it back and asking it failed, saying"):
        served_probabilities(connect(), Version("nothing", "1", "", {}), [b""], ["nevus"], {})
