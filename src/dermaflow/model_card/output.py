"""What a model of a model card gives, how its threshold came about, and by what it is measured."""

import math
from collections.abc import Iterator

from dermaflow.model_card.content import Item, Points, item, percent
from dermaflow.model_card.record import Record


def output(record: Record) -> Item:
    """Probabilities, the threshold of suspicion, the distance."""
    return item("15, 27a", "Output, threshold and the unfamiliar", Points(tuple(_outputs(record))))


def _outputs(record: Record) -> Iterator[str]:
    card = record.card
    yield (
        f"A probability for each diagnosis, from logits divided by the temperature {card['temperature']:.3f}, which is "
        "the one with the smallest cross-entropy on validation images (Guo et al. 2017, arXiv 1706.04599). The most "
        "probable diagnosis is the one that is named."
    )
    point = card["operating_point"]
    if point is None:
        yield "No threshold of suspicion: melanoma is no class, or no validation image shows one."
    else:
        asked, n, n_groups = point["min_sensitivity"], point["n"], point.get("n_groups")
        judged = n_groups or n
        enough = judged / (judged + 1) >= asked
        chance = _as_asked(asked) if enough else _just_below(judged / (judged + 1))
        short = "" if enough else f"; {_as_asked(asked)} is asked for and takes more of these"
        of = f" ({n_groups:,} groups that weigh the same)" if n_groups else ""
        spared = "undefined" if point["specificity"] is None else f"{point['specificity']:.2f}"
        yield (
            f"Suspected of {point['diagnosis']}: from a probability of {point['threshold']:.4f} on. It is the highest "
            f"threshold at which one more image like the {n:,} validation images of it{of} is suspected with a "
            f"probability of {chance} (on these: sensitivity {point['sensitivity']:.2f}, specificity {spared}{short}; "
            "Lee et al. 2023, arXiv 2306.06342). A missed melanoma weighs more than a false alarm; how much more is a "
            "choice, and not a finding."
        )
    familiarity = card["familiarity"]
    if familiarity is None:
        yield "The model does not say how far an image lies from what it was trained on."
    else:
        yield (
            f"A distance from the training images ({familiarity['method']}), scaled so that "
            f"{percent(familiarity['kept_frac'])} or more of {familiarity['n']:,} validation images lie within 1. "
            "Above 1 an image is unfamiliar and its probabilities mean little. A file that cannot be decoded gets an "
            "error and no answer."
        )


def measures(record: Record) -> Item:
    """Every measure and its interval, with sources."""
    samples, seed = record.evaluation["bootstrap_samples"], record.evaluation["seed"]
    lines = (
        (
            "Discrimination: area under the ROC curve, each diagnosis against the rest, and melanoma against nevus by "
            "p(melanoma) / (p(melanoma) + p(nevus)); macro AUC is the mean over diagnoses."
        ),
        (
            "Classification: accuracy; balanced accuracy, the mean sensitivity over diagnoses; sensitivity, "
            "specificity and predictive values of suspicion at the threshold. Predictive values hold for the mixture "
            "of these test images alone."
        ),
        (
            "Calibration: expected calibration error of the named diagnosis over ten bins of as many images each (Guo "
            "et al. 2017; Nixon et al. 2019, arXiv 1904.01685); Brier score over all diagnoses (0 to 2)."
        ),
        (
            f"Intervals: 95 %, percentiles of {samples:,} resamples of whole groups (Field and Welsh 2007, doi "
            f"10.1111/j.1467-9868.2007.00593.x), seed {seed}. They hold chance in the choice of test lesions, not of "
            "training images, seeds or collections. Of the calibration error they are mirrored at the value; a share "
            "or AUC of exactly 0 or 1 has an exact end (Clopper and Pearson 1934, doi 10.1093/biomet/26.4.404)."
        ),
        "Heterogeneity: the measures over all diagnoses, and those of melanoma, by source, and by age, sex and site.",
        "The same model gave all predictions, from files, by the program that serves it.",
    )
    return item("12d, 12e, 12g", "What is measured, and how sure it is", Points(lines))


def _as_asked(probability: float) -> str:
    """Such as `97.5 %`, not rounded."""
    return f"{100 * probability:.10g} %"


def _just_below(probability: float) -> str:
    """Such as `99.6 %`, rounded down: it is not quite what was asked for."""
    return f"{math.floor(1000 * probability) / 10:.1f} %"
