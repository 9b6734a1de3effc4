import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from dermaflow.quality.grouped_scores import Scored, balanced_accuracy, between_auc, class_auc, macro_auc

CLASSES = ("melanoma", "nevus", "vascular lesion")


def scored(probabilities, truth, folds=None, groups=None) -> Scored:
    n = len(truth)
    folds = np.zeros(n, dtype=np.int64) if folds is None else folds
    return Scored(
        np.asarray(probabilities), CLASSES, np.asarray(truth), folds, np.arange(n) if groups is None else groups
    )


@pytest.fixture
def some() -> Scored:
    """Scores that know a little, with many ties."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, 300)
    return scored(np.round(np.eye(3)[truth] * 0.4 + generator.random((300, 3)), 1), truth)


def test_the_auc_is_that_of_scikit_learn_ties_included(some):
    by_class = [roc_auc_score(some.truth == number, some.probabilities[:, number]) for number in range(3)]

    assert class_auc(some, "melanoma", 0)[0] == pytest.approx(by_class[0])
    assert macro_auc(some, 0)[0] == pytest.approx(np.mean(by_class))


def test_one_class_against_another_is_told_among_their_images_only(some):
    among = some.truth < 2
    share = some.probabilities[among, 0] / some.probabilities[among, :2].sum(axis=1)
    value, low, high = between_auc(some, "melanoma", "nevus", 0)

    assert value == pytest.approx(roc_auc_score(some.truth[among] == 0, share))
    assert low < value < high
    assert between_auc(some, "melanoma", "dermatofibroma", 0) is None


def test_the_interval_holds_the_value_and_is_the_same_for_the_same_seed(some):
    value, low, high = macro_auc(some, 1)

    assert 0.5 < low < value < high < 1
    assert macro_auc(some, 1) == (value, low, high)
    assert macro_auc(some, 2)[1:] != (low, high)


def test_images_of_one_group_make_the_interval_wider(some):
    threefold = [np.repeat(part, 9, axis=0) for part in (some.probabilities, some.truth)]
    apart, together = scored(*threefold), scored(*threefold, groups=np.repeat(np.arange(300), 9))

    widths = [high - low for _, low, high in (macro_auc(apart, 0), macro_auc(together, 0))]

    assert widths[1] > 2 * widths[0]


def test_scores_of_different_folds_are_not_compared():
    truth = np.array([0, 1, 1, 1, 0, 0, 0, 1])
    folds = np.repeat([0, 1], 4)
    priors = np.where(folds == 0, 0.1, 0.9)  # each fold's classifier knows only how frequent a class was
    blind = scored(np.stack([priors, 1 - priors, 0 * priors], axis=1), truth, folds)

    assert class_auc(blind, "melanoma", 0) == (0.5, 0.5, 0.5)


def test_balanced_accuracy_is_that_of_scikit_learn_where_classes_are_equally_frequent():
    truth = np.arange(300) % 3
    some = scored(np.eye(3)[truth] * 0.4 + np.random.default_rng(0).random((300, 3)), truth)
    value, low, high = balanced_accuracy(some, 0)

    assert value == pytest.approx(balanced_accuracy_score(truth, some.probabilities.argmax(axis=1)))
    assert low < value < high


def test_a_score_of_frequencies_alone_has_the_balanced_accuracy_of_chance():
    truth = np.repeat([0, 1, 2], [10, 30, 60])
    blind = scored(np.tile([0.1, 0.3, 0.6], (100, 1)), truth)

    assert balanced_accuracy(blind, 0)[0] == pytest.approx(1 / 3)


def test_a_rare_class_is_named_where_a_score_speaks_for_it_beyond_its_frequency():
    truth = np.repeat([0, 1, 2], [10, 30, 60])
    hint = np.where((truth == 0)[:, np.newaxis], [0.2, 0.25, 0.55], [0.05, 0.33, 0.62])

    assert balanced_accuracy(scored(hint, truth), 0)[0] == pytest.approx((1 + 1 + 0) / 3)


def test_a_class_that_is_not_there_has_no_auc(some):
    assert class_auc(some, "dermatofibroma", 0) is None
