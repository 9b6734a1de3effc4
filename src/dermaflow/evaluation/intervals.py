"""How far chance alone could move a measure: percentile bootstrap intervals over groups of images.

Images of one lesion or patient are no independent evidence, so whole groups are drawn with replacement
(the cluster bootstrap: Field and Welsh 2007, doi 10.1111/j.1467-9868.2007.00593.x; percentile intervals:
Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).

A class that a resample happens to miss is undefined there: means over classes leave it out of that resample,
and its own interval rests on the resamples that hold it. Where fewer than two groups stand behind a measure,
chance cannot be told from the data, and the interval is null. The ends do not reach beyond what was seen; a share
or an AUC of 0 or 1 gets an exact end instead: `estimate_share`. A balanced accuracy of 1 has the interval 1 to 1,
however few its images; read n beside it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from dermaflow.core import seeds
from dermaflow.core.measures import Figure
from dermaflow.evaluation.metrics import Flags, Floats, Indices

CONFIDENCE = 0.95  # of the intervals of every report
MIN_GROUPS = 2
CELLS_AT_ONCE = 1_000_000  # weights held in memory at a time: 8 MB, times a few


@dataclass(frozen=True)
class Estimate:
    """A measure with the two ends of its interval; None where undefined."""

    value: float | None
    low: float | None
    high: float | None


Estimator = Callable[[float, Floats, float, int], Estimate]
"""Takes value, draws, confidence and n_groups, as `estimate` does."""


@dataclass(frozen=True)
class Drawn:
    """Measures by name on all images, each once (1 row), and on resamples (a row each)."""

    point: Mapping[str, Floats]  # (1,) or (1, columns)
    draws: Mapping[str, Floats]  # (samples,) or (samples, columns)


def group_weights(groups: Sequence[str], samples: int, seed: int) -> Iterator[Floats]:
    """Draw as many groups as there are, with replacement, `samples` times; give how often each image counts.

    The same groups, samples and seed give the same draws: two models measured on them are paired.
    Output shape: blocks of (samples of this block, n), in all `samples` rows.
    """
    names, member_of = np.unique(np.asarray(list(groups), dtype=str), return_inverse=True)
    generator = seeds.generator("bootstrap", seed)
    rows_at_once = max(1, CELLS_AT_ONCE // len(member_of))
    for start in range(0, samples, rows_at_once):
        rows = min(rows_at_once, samples - start)
        drawn = generator.integers(len(names), size=(rows, len(names)))
        cells = drawn + np.arange(rows)[:, np.newaxis] * len(names)
        counts = np.bincount(cells.ravel(), minlength=rows * len(names)).reshape(rows, len(names))
        yield counts.T.astype(float)[member_of].T  # memory runs image by image: metrics choose and sum by image


def drawn(measured: Callable[[Floats], Mapping[str, Floats]], groups: Sequence[str], samples: int, seed: int) -> Drawn:
    """Measure all images once, and `samples` resamples of their groups.

    Args:
        measured: takes weights, shape (rows, n), and gives measures by name, each with as many rows.
        groups: (n,) group of each image.
    """
    blocks = [measured(weights) for weights in group_weights(groups, samples, seed)]
    draws = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return Drawn(measured(np.ones((1, len(groups)))), draws)


def estimate(value: float, draws: Floats, confidence: float, n_groups: int) -> Estimate:
    """A measure with its two-sided percentile interval.

    Args:
        value: on all images, each once; NaN where undefined.
        draws: (samples,) on the resamples; NaN where undefined there.
        confidence: the share of chance that the interval covers, such as 0.95.
        n_groups: how many groups stand behind the measure; fewer than MIN_GROUPS give no interval.
    """
    if not np.isfinite(value):
        return Estimate(None, None, None)
    defined = draws[np.isfinite(draws)]
    if n_groups < MIN_GROUPS or not defined.size:
        return Estimate(float(value), None, None)
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Estimate(float(value), float(low), float(high))


def estimate_share(value: float, draws: Floats, confidence: float, n_groups: int) -> Estimate:
    """A share of images, or an AUC, with its interval: as `estimate`, but exact where all images agree.

    Where it is 0 or 1, every resample repeats it. Groups being the independent evidence, the far end is then that of
    Clopper and Pearson (1934, doi 10.1093/biomet/26.4.404) for n_groups of n_groups: 0.69 for 10 of 10. An AUC is the
    mean share of negatives that a positive outranks: if all outrank all, the same end holds for it, if anything low.
    """
    percentile = estimate(value, draws, confidence, n_groups)
    if percentile.low is None or value not in {0.0, 1.0}:
        return percentile
    far = float(((1 - confidence) / 2) ** (1 / n_groups))
    return Estimate(1.0, far, 1.0) if value else Estimate(0.0, 0.0, 1 - far)


def figure(found: Drawn, name: str, n_groups: int, column: int = 0, by: Estimator = estimate) -> Figure:
    """A measure by name (and column, where it has several) as JSON holds it: value, low, high at CONFIDENCE."""
    point, draws = found.point[name].reshape(1, -1), found.draws[name].reshape(len(found.draws[name]), -1)
    return asdict(by(float(point[0, column]), draws[:, column], CONFIDENCE, n_groups))


def groups_behind(truth: Indices, groups: Sequence[str], index: int) -> tuple[int, int]:
    """How many groups hold an image of the class, and how many hold one of another class."""
    names = np.asarray(list(groups), dtype=str)
    return len(np.unique(names[truth == index])), len(np.unique(names[truth != index]))


def groups_among(chosen: Flags, groups: Sequence[str]) -> int:
    """How many groups hold an image that is chosen; chosen has shape (n,)."""
    return len({group for group, is_chosen in zip(groups, chosen, strict=True) if is_chosen})
