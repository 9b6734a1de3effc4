import io

import numpy as np
import pytest
from PIL import Image

from dermaflow.evaluation.figures_together import figures_of
from dermaflow.evaluation.outcome import Outcome
from dermaflow.evaluation.params import EvaluateParams
from dermaflow.evaluation.report import metrics_of

PARAMS = EvaluateParams(bootstrap_samples=100, seed=7)
NAMES = ["confusion", "roc", "precision_recall", "reliability", "subgroups"]


@pytest.fixture(scope="module")
def outcome():
    """Thirty images in fifteen groups."""
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.ones(3), size=30)
    sexes = ["female", "male"] * 15
    groups = [f"g{number // 2}" for number in range(30)]
    classes = ("basal cell carcinoma", "melanoma", "nevus")
    return Outcome(classes, np.arange(30) % 3, probabilities, groups, 0.3, {"sex": sexes})


@pytest.fixture(scope="module")
def metrics(outcome):
    return metrics_of(outcome, PARAMS)


@pytest.fixture(scope="module")
def plain(outcome, metrics):
    """The figures of photographs."""
    return figures_of(outcome, {"phantom": False, **metrics}, PARAMS)


def test_each_figure_of_a_test_is_a_picture_under_its_name(plain):
    assert list(plain) == NAMES
    for content in plain.values():
        assert min(Image.open(io.BytesIO(content)).size) > 300


def test_each_figure_of_generated_images_is_marked(outcome, metrics, plain):
    marked = figures_of(outcome, {"phantom": True, **metrics}, PARAMS)
    assert [name for name in NAMES if plain[name] != marked[name]] == NAMES
