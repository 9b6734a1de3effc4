"""How well the diagnosis can be told from what should not tell it: the figure that a model's must be held against.

A classifier that never sees a lesion is cross-validated on each clue of `shortcut_features`, groups kept whole. Where
it does well, a model may have learnt the clue instead of the lesion.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from dermaflow.core.seeds import derived_seed
from dermaflow.core.taxonomy import MELANOMA, NEVUS
from dermaflow.quality.grouped_scores import Interval, Scored, balanced_accuracy, between_auc, class_auc, macro_auc
from dermaflow.quality.shortcut_features import ALL_CLUES, CLUES, Clue, categories_of, is_constant

FOLDS = 5
MAX_IMAGES = 20_000
"""More are thinned by whole groups: the figures have narrow intervals by then."""
_TREES = 64
_MIN_IMAGES_A_LEAF = 5
_MAX_CATEGORIES = 32  # of a text; the rarer ones count as one

Groups = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shortcut:
    """What one clue gives away in cross-validation, with 95 % intervals; an AUC of 0.5 is chance."""

    name: str
    sentence: str  # what it sees; the subject of a sentence
    balanced_accuracy: Interval  # chance is 1 / diagnoses
    macro_auc: Interval  # mean over diagnoses, each versus the rest
    melanoma_auc: Interval | None  # melanoma versus the rest; none without melanoma
    melanoma_vs_nevus_auc: Interval | None  # among images of these two; none without one of them
    n_images: int
    left_out: tuple[str, ...]  # diagnoses in fewer than FOLDS groups: they cannot be cross-validated


def shortcut_audit(images: pd.DataFrame, groups: Groups, seed: int) -> tuple[Shortcut, ...]:
    """Cross-validate each clue alone, and all together, which comes last.

    Args:
        images: a row an image; ACCEPTED_COLUMNS of core/lesions.py and the columns of facts.FACTS_COLUMNS.
        groups: the group of each image, shape (images,): never divided between learning and testing.
        seed: of the thinning, the folds, the classifier and the intervals.

    Returns:
        Nothing where fewer than two diagnoses are left.
    """
    kept = _thinned(images["diagnosis"] != "", groups, seed)
    rare = _too_rare(images["diagnosis"][kept], groups[kept])
    kept = kept & ~images["diagnosis"].isin(rare).to_numpy()
    table = images[kept].reset_index(drop=True)
    if table["diagnosis"].nunique() < 2:  # noqa: PLR2004 - nothing is to be told apart
        return ()
    folds = _folds(table["diagnosis"], groups[kept], seed)
    scored = [(clue, _out_of_fold(table, clue, folds, groups[kept], seed)) for clue in (*CLUES, ALL_CLUES)]
    return tuple(_shortcut(clue, scores, rare, seed) for clue, scores in scored)


def shortcut_scores(learn: pd.DataFrame, judge: pd.DataFrame, seed: int, clue: Clue = ALL_CLUES) -> pd.DataFrame:
    """The probabilities that a classifier gives which never sees a lesion.

    Args:
        learn: images with their diagnoses, columns as for `shortcut_audit`.
        judge: likewise; their diagnoses are not looked at.

    Returns:
        A row an image of `judge`, indexed as it is, a column a diagnosis of `learn` in alphabetical order.
    """
    features = clue.features(learn)
    classifier = _classifier(features, seed).fit(features, learn["diagnosis"])
    classifier[-1].set_params(n_jobs=1)  # trees that vote in parallel are summed in any order
    probabilities = classifier.predict_proba(clue.features(judge))
    return pd.DataFrame(probabilities, index=judge.index, columns=list(classifier.classes_))


def _thinned(usable: pd.Series, groups: Groups, seed: int) -> npt.NDArray[np.bool_]:
    """Which images are looked at: all, or whole groups drawn up to MAX_IMAGES."""
    keep = usable.to_numpy(dtype=bool)
    if keep.sum() <= MAX_IMAGES:
        return keep
    numbers, sizes = np.unique(groups[keep], return_counts=True)
    drawn = np.random.default_rng(derived_seed(seed, "thinned")).permutation(len(numbers))
    fitting, left = [], MAX_IMAGES
    for place in drawn:  # a group that does not fit any more is passed over, and the next may
        if sizes[place] <= left:
            left -= sizes[place]
            fitting.append(place)
    result: npt.NDArray[np.bool_] = keep & np.isin(groups, numbers[fitting])
    return result


def _too_rare(diagnoses: pd.Series, groups: Groups) -> tuple[str, ...]:
    counts = pd.Series(groups, index=diagnoses.index).groupby(diagnoses).nunique()
    return tuple(sorted(counts.index[counts < FOLDS]))


def _folds(diagnoses: pd.Series, groups: Groups, seed: int) -> Groups:
    """The fold in which each image is tested, shape (images,)."""
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=derived_seed(seed, "folds"))
    folds = np.zeros(len(diagnoses), dtype=np.int64)
    for number, (_, tested) in enumerate(splitter.split(diagnoses, diagnoses, groups)):
        folds[tested] = number
    return folds


def _out_of_fold(table: pd.DataFrame, clue: Clue, folds: Groups, groups: Groups, seed: int) -> Scored:
    classes = tuple(sorted(table["diagnosis"].unique()))
    probabilities = np.zeros((len(table), len(classes)))
    if not is_constant(clue.features(table)):
        for fold in range(FOLDS):
            tested = folds == fold
            scores = shortcut_scores(table[~tested], table[tested], seed, clue)
            probabilities[tested] = scores.reindex(columns=list(classes), fill_value=0.0)
    truth = np.searchsorted(np.array(classes), table["diagnosis"].to_numpy(dtype=str))
    return Scored(probabilities, classes, truth, folds, groups)


def _classifier(features: pd.DataFrame, seed: int) -> Pipeline:
    """Extremely randomised trees: as good here as boosting and ten times as fast."""
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_MAX_CATEGORIES, sparse_output=False)
    trees = ExtraTreesClassifier(
        _TREES, min_samples_leaf=_MIN_IMAGES_A_LEAF, random_state=derived_seed(seed, "trees"), n_jobs=-1
    )
    return make_pipeline(make_column_transformer((encoder, categories_of(features)), remainder="passthrough"), trees)


def _shortcut(clue: Clue, scored: Scored, rare: tuple[str, ...], seed: int) -> Shortcut:
    drawing = derived_seed(seed, "interval")
    return Shortcut(
        name=clue.name,
        sentence=clue.sentence,
        balanced_accuracy=balanced_accuracy(scored, drawing),
        macro_auc=macro_auc(scored, drawing),
        melanoma_auc=class_auc(scored, MELANOMA, drawing),
        melanoma_vs_nevus_auc=between_auc(scored, MELANOMA, NEVUS, drawing),
        n_images=len(scored.truth),
        left_out=rare,
    )
