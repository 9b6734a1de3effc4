"""What is on record of a patient beside the image, as numbers that a model takes: age, sex and anatomical site.

What is not stated is all zeros, so that no model can take the silence of a record for evidence: whether an age is
stated names the collection of an image (docs/log.md). Sites are told apart no finer than every collection does.
"""

from collections.abc import Collection, Iterable

import numpy as np
import numpy.typing as npt

ATTRIBUTES = ("age", "sex", "site")
AGES = (20, 30, 40, 50, 60, 70, 80)
"""Years. An age between two of them counts to both, by its nearness; one beyond the ends to the last."""
MAX_AGE_YEARS = 120
SEXES = ("female", "male")
SEX_WORDS = {"female": "female", "f": "female", "male": "male", "m": "male", "other": "", "diverse": ""}
"""How tables name them, in lower case; blank: neither."""
SITES = {
    "head/neck": ("head", "neck", "face", "scalp", "ear", "nose", "lip", "eyelid"),
    "torso": (
        "trunk", "abdomen", "back", "chest", "anterior torso", "posterior torso", "lateral torso", "buttocks", "axilla"
    ),
    "upper extremity": ("arm", "forearm", "hand", "shoulder"),
    "lower extremity": ("leg", "thigh", "foot", "hip"),
    "palms/soles": ("acral", "palm", "palms", "sole", "soles"),
    "oral/genital": ("genital", "oral", "mouth", "anogenital"),
}  # fmt: skip
"""Each with the finer or other names that HAM10000, ISIC 2019 and the ISIC Archive have for it."""
COLUMNS = (*(f"age_{age}" for age in AGES), *(f"sex_{sex}" for sex in SEXES), *(f"site_{site}" for site in SITES))
"""What the numbers of an image mean, in their order."""
BLOCKS = {
    "age": slice(0, len(AGES)),
    "sex": slice(len(AGES), len(AGES) + len(SEXES)),
    "site": slice(len(AGES) + len(SEXES), len(COLUMNS)),
}
"""Which of COLUMNS belong to each of ATTRIBUTES."""

Clinical = npt.NDArray[np.float32]
"""(n, len(COLUMNS)): of each attribute that is stated the numbers are 0 or more and come to 1; else all 0."""

_SITE_OF = {name: site for site, names in SITES.items() for name in (site, *names)}


def encoded(
    ages: Iterable[str], sexes: Iterable[str], sites: Iterable[str], used: Collection[str] = ATTRIBUTES
) -> Clinical:
    """Encode one age, sex and site a record as numbers; a blank or unknown word counts as not stated.

    Args:
        ages: in years; sexes: female or male; sites: as collections name them.
        used: which of ATTRIBUTES count; the others are taken as not stated.
    """
    of_age, of_sex, of_site = (name in used for name in ATTRIBUTES)
    rows = [
        [*_age(age if of_age else ""), *_sex(sex if of_sex else ""), *_site(site if of_site else "")]
        for age, sex, site in zip(ages, sexes, sites, strict=True)
    ]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(COLUMNS))


def stated(clinical: Clinical) -> dict[str, int]:
    """Of how many rows each attribute is stated."""
    return {name: int((clinical[:, block].sum(axis=1) > 0).sum()) for name, block in BLOCKS.items()}


def years_of(text: str) -> float:
    """An age as tables have it, such as 85, 85.0 or 85+.

    Raises:
        ValueError: it is no number.
    """
    return float(text.strip().removesuffix("+"))


def _age(text: str) -> list[float]:
    try:
        age = years_of(text)
    except ValueError:
        return [0.0] * len(AGES)
    if not 0 <= age <= MAX_AGE_YEARS:  # NaN fails too
        return [0.0] * len(AGES)
    return [float(np.interp(age, AGES, place)) for place in np.eye(len(AGES))]


def _sex(text: str) -> list[float]:
    return _one_of(SEXES, SEX_WORDS.get(text.strip().lower(), ""))


def _site(text: str) -> list[float]:
    return _one_of(tuple(SITES), _SITE_OF.get(text.strip().lower(), ""))


def _one_of(words: tuple[str, ...], word: str) -> list[float]:
    return [float(each == word) for each in words]
