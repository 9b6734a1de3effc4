"""The chapter of a model card on what its figures mean: beside shortcuts, limits, what would change the result."""

from collections.abc import Iterator

from dermaflow.core.measures import COMPARED, HEADLINES, OVER_ALL
from dermaflow.model_card.content import (
    Part,
    Points,
    item,
    listed,
    measured,
)
from dermaflow.model_card.record import Record, known

FEW = 20  # with fewer, the 95 % interval of a sensitivity of 0.8 is wider than 0.58 to 0.92 (Wilson 1927)


def interpretation(record: Record) -> Part:
    """What the figures mean and do not mean."""
    return Part(
        "Interpretation",
        (
            item("25", "What the figures say", *_beside_shortcuts(record), _alike(record)),
            item("26", "Limits", Points(tuple(_limits(record)))),
            item("", "What would change the result", Points(tuple(_changes(record)))),
            item(
                "27a, 27b, 27c",
                "In practice, and next",
                f"Whoever uses it takes one in-focus dermoscopy image of one lesion and reads {listed(_read(record))} "
                "together; that needs training in dermoscopy. Next: a test on images of clinics that gave none of "
                "these, with skin tone on record.",
            ),
        ),
    )


def _read(record: Record) -> Iterator[str]:
    """What a prediction holds."""
    yield "probabilities"
    if record.card["operating_point"] is not None:
        yield "the flag of suspicion"
    if record.card["familiarity"] is not None:
        yield "the flag of the unfamiliar"


def _beside_shortcuts(record: Record) -> Iterator[str]:
    compared = False
    for key in COMPARED:
        model, clue = record.metrics[key], record.metrics["shortcuts"].get(key)
        if not clue or model is None or model["low"] is None:
            continue
        compared = True
        beyond = clue["high"] is not None and model["low"] > clue["high"]
        below = clue["low"] is not None and model["high"] < clue["low"]
        verdict = (
            "the shortcut was measured on all images, and an official test part is no random one: not comparable"
            if record.sections.get("split", {}).get("method") == "official"
            else "the shortcut was measured without some of the diagnoses: not comparable"
            if key in OVER_ALL and any(each.get("left_out") for each in record.shortcuts)
            else "the model knows more than that"
            if beyond
            else "the model does not reach that"
            if below
            else "it cannot be told whether the model learnt more than that"
        )
        yield f"{HEADLINES[key]}: model {measured(model)}; by {record.clue(clue['by'])} {measured(clue)}: {verdict}."
    if not compared:
        yield "No shortcut could be measured that the model could be compared with."
    else:
        yield "Even a model that knows more may use the shortcut beside what it sees of the lesion."


def _alike(record: Record) -> str:
    """Whether the model serves all people alike, as far as subgroups are large enough to tell."""
    groups = [
        (f"{attribute} {each['name']}", each["sensitivity"]["value"])
        for attribute, found in record.metrics["subgroups"].items()
        for each in found
        if not each["small"] and each["sensitivity"] and each["sensitivity"]["value"] is not None
    ]
    if record.metrics["operating_point"] is None:
        return "Fairness: there is no threshold of suspicion at which subgroups could be compared."
    if len(groups) < 2:  # noqa: PLR2004 - nothing to compare
        return "Fairness: too few subgroups are large enough to say whether the model serves all people alike."
    (worst, low), *_, (best, high) = sorted(groups, key=lambda pair: pair[1])
    return (
        f"Fairness: of the subgroups that are large enough, sensitivity at the threshold is lowest for {worst} "
        f"({low:.2f}) and highest for {best} ({high:.2f})."
    )


def _limits(record: Record) -> Iterator[str]:
    used, metrics = record.used, record.metrics
    yield f"{record.where_tested} That does not say how the model does elsewhere."
    n = max(1, len(record.card.get("members", ())))
    seeds = "one seed" if n == 1 else f"one set of {n} seeds"
    yield f"One training with {seeds}; intervals do not hold what another would change."
    if record.card["phantom"]:
        yield "Generated images: the figures test the program and say nothing about skin."
    unconfirmed = int((used["confirmed_by"] == "").sum())
    if unconfirmed:
        yield f"{unconfirmed:,} of {len(used):,} labels rest on no official record; wrong ones lower or raise figures."
    unknown = len(used) - known(used["lesion_id"])
    if unknown:
        yield f"The lesion is unknown for {unknown:,} images: two of one lesion may lie on two sides unnoticed."
    few = [name for name, figures in metrics["per_class"].items() if 0 < figures["n"] < FEW]
    if few:
        yield f"Fewer than {FEW} test images show {listed(few)}: their figures are a hint at most."
    if metrics["classes_without_test_images"]:
        yield f"Untested, for want of test images: {listed(metrics['classes_without_test_images'])}."
    yield "Diagnoses are as common as collectors made them: predictive values and calibration hold for no practice."
    yield "Skin tone, devices, centres and dates are unknown, so that bias by them cannot be seen."


def _changes(record: Record) -> Iterator[str]:
    yield "Images of other clinics, devices or skin tones in the test part."
    yield "Official records for labels that rest on a folder's name or on one statement."
    if record.sections.get("split", {}).get("method") != "official":
        yield "Another seed of the split: other lesions in the test part; the intervals say by how much."
    yield "Lesion and patient numbers for images that have none: groups grow, and figures may fall."
    yield "Probabilities calibrated where the model is used, and another threshold: sensitivity against specificity."
    yield "Larger images, other initial weights, or another class balance (params.yaml, sections train and augment)."
