"""How far the accepted images have moved from those of the last accepted ingestion, or the new ones from the old.

A profile is what is kept of an ingestion: counts, no rows. The measure is the population stability index (PSI),
the sum over bins of (now - before) x ln(now / before); over 0.25 is by convention a major shift (N. Siddiqi, Credit
Risk Scorecards, 2006). In small numbers chance alone goes beyond that (B. Yurdakul and J. Naranjo, Statistical
properties of the population stability index, 2020); their chi-squared limit is too low where bins are nearly empty,
so the limit is simulated: what both sides would give if they were drawn from the same images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dermaflow.core.seeds import derived_seed

CATEGORIES = ("diagnosis", "source", "sex", "site", "official_partition")
NUMBERS = ("age", "width", "height", "size_bytes", "brightness", "contrast", "colour", "sharpness")
MAJOR_SHIFT = 0.25
CHANCE = 0.001
"""How often a feature that has not moved may go beyond the limit, at most."""
_DRAWINGS = 4000
_HASH_DIGITS = 8  # of sha256: of 400,000 known images, one new image in 10,000 is taken for known

Profile = Mapping[str, Any]


@dataclass(frozen=True)
class Shift:
    """How one feature has moved."""

    feature: str
    index: float  # the population stability index
    limit: float  # more is a major shift
    evidence: str  # which values rose or fell the most, and the first images that have the one that rose


def profile_of(accepted: pd.DataFrame, facts: pd.DataFrame) -> dict[str, Any]:
    """What is kept of an ingestion, ready for JSON.

    Args:
        accepted: ACCEPTED_COLUMNS, a row an image.
        facts: as made by `facts.measure_images`.

    Returns:
        images (their number); categories (feature → value → images); numbers (feature → deciles, from the least
        to the greatest value, and the images in each bin, see `_binned`); known (the first eight digits of each
        image's sha256, one after another).
    """
    table = _table(accepted, facts)
    return {
        "images": len(table),
        "categories": {name: _counted(table[name]) for name in CATEGORIES},
        "numbers": {name: _deciles(table[name]) for name in NUMBERS},
        "known": "".join(sorted(table["sha256"].str[:_HASH_DIGITS])),
    }


def advanced(history: Profile | None, profile: Profile) -> dict[str, Any]:
    """The history with a new profile: {"before": the last accepted ingestion or None, "now": profile}.

    The same profile once more leaves the history as it is: validating the same images again compares them
    with the same ingestion before, and says the same.
    """
    if history is None:
        return {"before": None, "now": dict(profile)}
    return dict(history) if history["now"] == profile else {"before": history["now"], "now": dict(profile)}


def is_new(accepted: pd.DataFrame, before: Profile) -> pd.Series:
    """Whether each accepted image was not among those of the profile, by its bytes."""
    digits = before["known"]
    known = {digits[start : start + _HASH_DIGITS] for start in range(0, len(digits), _HASH_DIGITS)}
    return ~accepted["sha256"].str[:_HASH_DIGITS].isin(list(known))


def shifts(accepted: pd.DataFrame, facts: pd.DataFrame, before: Profile) -> dict[str, Shift]:
    """How each feature of the images has moved from the profile, by feature; those that it knows.

    Args:
        accepted: the images to compare: all that are accepted now, or the new ones among them; at least one.
    """
    table = _table(accepted, facts)
    names = table["image_id"].to_numpy()
    fresh = is_new(table, before).to_numpy()
    order = np.argsort(~fresh, kind="stable")  # new images are named first
    found = {}
    for feature, counts in before["categories"].items():
        words = sorted({*counts, *table[feature].unique()})
        codes = pd.Categorical(table[feature], categories=words).codes.astype(np.intp)
        found[feature] = _shift(feature, [counts.get(word, 0) for word in words], codes, words, names, order)
    for feature, kept in before["numbers"].items():
        codes, words = _binned(table[feature], kept["deciles"]), _bin_words(kept["deciles"])
        found[feature] = _shift(feature, kept["images"], codes, words, names, order)
    return found


def stability_index(before: npt.ArrayLike, now: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The terms of the population stability index, one a bin.

    One image, spread over the bins as all images are, is added to either side, so that no share is 0.

    Args:
        before: images by bin, shape (…, bins), each with one image at least.
        now: likewise, in the same bins.

    Returns:
        The terms, shape (…, bins); their sum over the bins is the index.
    """
    old, new = np.asarray(before, dtype=np.float64), np.asarray(now, dtype=np.float64)
    spread = (old + new) / (old + new).sum(axis=-1, keepdims=True)
    old, new = ((images + spread) / (images.sum(axis=-1, keepdims=True) + 1) for images in (old, new))
    ratio = np.divide(new, old, out=np.ones_like(spread), where=spread > 0)
    terms: npt.NDArray[np.float64] = (new - old) * np.log(ratio)
    return terms


def limit_for(before: Sequence[int], now: Sequence[int], seed: int) -> float:
    """The index that counts as a major shift: 0.25, or more where chance reaches it once in a thousand times.

    Args:
        before: images by bin, shape (bins,).
        now: likewise, in the same bins.
        seed: of the simulated drawings.
    """
    both = np.asarray(before) + np.asarray(now)
    random = np.random.default_rng(seed)
    old, new = (random.multinomial(int(np.sum(images)), both / both.sum(), _DRAWINGS) for images in (before, now))
    by_chance = stability_index(old, new).sum(axis=-1)
    return max(MAJOR_SHIFT, float(np.quantile(by_chance, 1 - CHANCE)))


def _shift(
    feature: str,
    before: Sequence[int],
    codes: npt.NDArray[np.intp],
    words: Sequence[str],
    names: npt.NDArray[Any],
    order: npt.NDArray[np.intp],
) -> Shift:
    now = np.bincount(codes, minlength=len(words))
    terms = stability_index(before, list(now))
    totals = max(1, sum(before)), max(1, int(now.sum()))
    change = now / totals[1] - np.asarray(before) / totals[0]
    risen, fallen = (int(np.argmax(np.where(sign * change > 0, terms, -1))) for sign in (1, -1))
    told = [
        f"{words[i] or 'blank'} {verb} from {before[i] / totals[0]:.1%} to {now[i] / totals[1]:.1%}"
        for i, verb in ((risen, "rose"), (fallen, "fell"))
    ]
    examples = names[order[codes[order] == risen][:5]]
    images = f", such as {', '.join(map(str, examples))}"
    return Shift(
        feature,
        float(terms.sum()),
        limit_for(before, list(now), derived_seed("drift", feature)),
        " and ".join(told) + images,
    )


def _table(accepted: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    measured = facts[["image_id", *(name for name in NUMBERS if name in facts)]]
    table = accepted[["image_id", "sha256", "age", *CATEGORIES]].merge(measured, on="image_id", how="left")
    return table.assign(**{name: pd.to_numeric(table[name], errors="coerce").astype("float64") for name in NUMBERS})


def _counted(values: pd.Series) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().sort_index().items()}


def _deciles(values: pd.Series) -> dict[str, Any]:
    known = values.dropna().to_numpy()
    deciles = np.quantile(known, np.linspace(0, 1, 11), method="inverted_cdf").tolist() if len(known) else []
    counts = np.bincount(_binned(values, deciles), minlength=len(_bin_words(deciles)))
    return {"deciles": deciles, "images": counts.tolist()}


def _binned(values: pd.Series, deciles: Sequence[float]) -> npt.NDArray[np.intp]:
    """The bin of each value: each decile is one, as widths and ages pile up on single values; between them; blank."""
    edges = np.unique(np.asarray(deciles, dtype=np.float64))
    known = values.to_numpy()
    bins = np.searchsorted(edges, known, "left") + np.searchsorted(edges, known, "right")
    return np.where(np.isnan(known), 2 * len(edges) + 1, bins)


def _bin_words(deciles: Sequence[float]) -> list[str]:
    edges = [f"{edge:g}" for edge in np.unique(np.asarray(deciles, dtype=np.float64))]
    if not edges:
        return ["known", "blank"]
    between = [f"over {low} and under {high}" for low, high in pairwise(edges)]
    above = [*between, f"over {edges[-1]}"]
    return [f"under {edges[0]}", *(word for pair in zip(edges, above, strict=True) for word in pair), "blank"]
