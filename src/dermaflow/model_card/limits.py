"""The end of a model card: interpretation, limits, what would change the result, openness, how to make it again."""

from collections.abc import Iterator, Sequence

import pandas as pd

from dermaflow.core.measures import COMPARED, HEADLINES
from dermaflow.model_card.content import (
    Code,
    Item,
    Part,
    Points,
    Table,
    counted_table,
    item,
    listed,
    measured,
)
from dermaflow.model_card.record import Record, counts, known

UNKNOWN = "unknown: no source states one"
LICENCES_SHOWN = 15
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
                "Whoever uses it takes one in-focus dermoscopy image of one lesion and reads probabilities, the flag "
                "of suspicion and the flag of the unfamiliar together; that needs training in dermoscopy. Next: a "
                "test on images of clinics that gave none of these, with skin tone on record.",
            ),
        ),
    )


def openness(record: Record) -> Part:
    """Licences, statements, and what is needed to make the model again."""
    return Part("Openness", (_licences(record), _statements(), _model(), _again(record)))


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
    if len(groups) < 2:  # noqa: PLR2004 - nothing to compare
        return "Fairness: too few subgroups are large enough to say whether the model serves all people alike."
    (worst, low), *_, (best, high) = sorted(groups, key=lambda pair: pair[1])
    return (
        f"Fairness: of the subgroups that are large enough, sensitivity at the threshold is lowest for {worst} "
        f"({low:.2f}) and highest for {best} ({high:.2f})."
    )


def _limits(record: Record) -> Iterator[str]:
    used, metrics = record.used, record.metrics
    yield "Internal test: the same sources as training. It does not say how the model does elsewhere."
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


def _licences(record: Record) -> Item:
    used = pd.concat([record.used, record.seen_before], ignore_index=True)
    licences = used["licence"].str.strip().where(used["licence"].str.strip() != "", UNKNOWN)
    givers = used["attribution"].str.strip().where(used["attribution"].str.strip() != "", UNKNOWN)
    pairs = counts(used["source"] + "\0" + licences + "\0" + givers)
    rows: list[tuple[str | int, ...]] = [(*pair.split("\0"), n) for pair, n in list(pairs.items())[:LICENCES_SHOWN]]
    more, before = sum(list(pairs.values())[LICENCES_SHOWN:]), len(record.seen_before)
    return item(
        "18e",
        "Licences of the images",
        counted_table(("source", "licence", "attribution", "images"), rows),
        f"{more:,} images of further kinds are not shown; data/validate/lesions.csv and models/train/seen.csv have all."
        if more
        else "",
        f"{before:,} of these images only an earlier model has learnt from, with whose weights this one began."
        if before
        else "",
        _consequence(list(licences.unique())),
    )


def _consequence(licences: Sequence[str]) -> str:
    if UNKNOWN in licences:
        return (
            "An unknown licence permits nothing: ask whoever gave the images before they, or what was learnt from "
            "them, are passed on or used commercially."
        )
    if any("NC" in licence for licence in licences):
        return "NC: not for commercial use; ask the givers whether that holds for a model learnt from them."
    return "Whether a licence extends to a model learnt from the images is for the givers to say."


def _statements() -> Item:
    return item(
        "17, 18a, 18b, 18c, 18d, 19",
        "Ethics, funding, interests, protocol, patients",
        "Ethical approval, consent, funding and interests of those who collected the images: see the sources; this "
        "program records none. There was no protocol and no registration. No patient or member of the public took "
        "part.",
    )


def _model() -> Item:
    return item(
        "18f, 22",
        "The model itself",
        "models/train/model.keras (Keras) and models/train/model.onnx (ONNX): image in, probabilities and distance "
        "out; card.json beside them holds classes, input, threshold and parameters. The command dermaflow predict "
        "applies it to files.",
        "Code: Apache-2.0.",
    )


def _again(record: Record) -> Item:
    card, git = record.card, record.card.get("git")
    commit = git["commit"] if git else "unknown (trained outside a repository)"
    changed = " with changes that were not committed" if git and git["dirty"] else ""
    rows = [
        ("commit", commit + changed),
        ("fingerprint of parameters, data and code", card["fingerprint"]),
        ("fingerprint of training and validation images", card["data"]["fingerprint"]),
        *((name, str(version)) for name, version in sorted(card["versions"].items())),
    ]
    steps = [f"git checkout {git['commit']}"] if git else []
    return item(
        "18f",
        "How to make it again",
        Table(("what", "which"), tuple(rows), numbers_from=2),
        "With the same images under the same paths, and params.yaml as in this card:",
        Code((*steps, "dvc repro evaluate")),
        "On one machine and its processor the result is the same to the bit; elsewhere it may differ in the last "
        "digits.",
    )
