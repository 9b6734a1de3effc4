"""The beginning of a model card: the whole in short, and what the model is for and not for."""

from collections.abc import Iterator, Sequence

from dermaflow.core.measures import AT_THRESHOLD, HEADLINES
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.model_card.content import Item, Part, Points, Table, Text, item, listed, measured, unbroken
from dermaflow.model_card.record import Record, counts

SOME_AUC = 0.6  # what the lower end of a shortcut's interval must reach to be worth a warning; 0.5 is chance
TASKS = {
    "macro_auc": "the diagnosis can be told",
    "melanoma_auc": "melanoma can be told from the rest",
    "melanoma_vs_nevus_auc": "melanoma can be told from nevus",
}
FIRST = ("balanced_accuracy", "macro_auc", "melanoma_auc", "melanoma_vs_nevus_auc")


def in_short(record: Record) -> Part:
    """What a reader takes away who reads no further."""
    metrics, card = record.metrics, record.card
    n_chosen = sum(card["data"]["validation"].values())
    names = listed(record.section_train["clinical"]) if card.get("clinical") else ""
    beside = f", knows {names} where it is stated," if names else ""
    made = (
        f"A {card['architecture']} network of {card['n_parameters']:,} parameters that sees one dermoscopy image"
        f"{beside} and gives a calibrated "
        f"probability for each of {len(record.classes)} diagnoses. Learnt from "
        f"{sum(card['data']['train'].values()):,} images, chosen and calibrated on {n_chosen:,}, tested on "
        f"{metrics['n_images']:,} images in {metrics['n_groups']:,} groups (lesions, patients and copies kept "
        f"together) of {listed(counts(record.part('test')['source']))}."
    )
    return Part(
        "In short",
        (
            item("1, 2", "What it is", made),
            item("2, 23a", "How well it does on the test images", headline_table(record, FIRST), *_undefined(record)),
            item("2, 26", "What to know before anything else", Points(tuple(_cautions(record)))),
        ),
    )


def headline_table(record: Record, measures: Sequence[str]) -> Table:
    """Some of HEADLINES and those at the threshold, beside what can be had without a look at the lesion."""
    beside = record.metrics["shortcuts"]
    rows = []
    for key in measures:
        best = beside.get(key)
        known = f"{measured(best)}, by {record.clue(best['by'])}" if best else ""
        rows.append((HEADLINES[key], unbroken(measured(record.metrics[key])), known))
    point = record.metrics["operating_point"]
    if point:
        at_threshold = f"for {point['diagnosis']} at the threshold"
        rows += [(f"{key} {at_threshold}", unbroken(measured(point[key])), "") for key in AT_THRESHOLD]
    return Table(("measure", "value (95 % interval)", "without looking at the lesion"), tuple(rows), numbers_from=3)


def use(record: Record) -> Part:
    """Context, intended use, misuse, objectives."""
    return Part("Use", (_context(), _intended(record), _not_intended(record), _inequalities(), _objectives(record)))


def _cautions(record: Record) -> Iterator[str]:
    yield "A research model, no medical device. No person may be diagnosed, treated or reassured by it."
    yield (
        f"{record.where_tested} On images from elsewhere expect it to do worse; by how much "
        + ("the table by source says of these alone." if record.foreign else "was not measured here.")
    )
    yield from _shortcut(record)
    unknown = int((record.used["confirmed_by"] == "").sum())
    if unknown:
        yield f"The diagnosis of {unknown:,} of {len(record.used):,} images rests on no official record."


def _shortcut(record: Record) -> Iterator[str]:
    """What the strongest shortcut reaches, if any was measured."""
    beside = record.metrics["shortcuts"]
    clues = [(key, beside[key]) for key in TASKS if key in beside and beside[key]["value"] is not None]
    if not clues:
        return
    sure = [(key, clue) for key, clue in clues if (clue["low"] or 0.0) >= SOME_AUC]
    key, strongest = max(sure or clues, key=lambda pair: pair[1]["value"])
    reached = f"by {record.clue(strongest['by'])}, with an AUC of {strongest['value']:.2f}"
    task = TASKS[key]
    if not sure:
        yield f"No shortcut was found that tells the diagnosis well without a look at the lesion (best: {reached})."
    else:
        yield (
            f"In these data {task} without a look at the lesion, {reached}. A figure of the model that is no higher "
            "may rest on that and not on lesions."
        )


def _undefined(record: Record) -> list[Text]:
    absent = record.metrics["classes_without_test_images"]
    if not absent:
        return []
    return [
        Text(
            f"No test image shows {listed(absent)}: balanced accuracy and macro AUC are means over the others.",
            warning=True,
        )
    ]


def _context() -> Item:
    return item(
        "3a",
        "Why such a model",
        "Diagnostic. Skin cancer is looked for by eye and dermoscope; histology decides. Networks that read "
        "dermoscopy images reach specialists on the collections that they come from, and less on images from elsewhere "
        "(Tschandl et al. 2019, doi 10.1016/S1470-2045(19)30333-X; Combalia et al. 2022, "
        "doi 10.1016/S2589-7500(22)00021-8).",
    )


def _intended(record: Record) -> Item:
    return item(
        "3b",
        "Intended use and users",
        Points(
            (
                "Research on methods and on data: what can be learnt from these images, and what stands in the way.",
                "A baseline that other models are compared with, on the same test images.",
                "As a second opinion only in a study that was approved, where a specialist decides without it first.",
                "For people who can read this card: engineers, statisticians, dermatologists in research.",
                f"On dermoscopy images of one lesion each, of the kind described under Data: {listed(record.classes)}.",
            )
        ),
    )


def _not_intended(record: Record) -> Item:
    lines = [
        "Diagnosis, triage, follow-up or reassurance of any person, by whomever.",
        "Photographs without a dermoscope, clinical overviews, histology, mucosa, nails, or more than one lesion.",
        "Lesions of other diagnoses than these: the probabilities sum to 1 whatever is shown.",
        "Groups of people whom the tables below do not show, or show in small numbers.",
    ]
    if not record.shows_melanoma:
        lines.append(f"Looking for {MELANOMA}: it is none of the classes.")
    return item("3b", "Not intended", Points(tuple(lines)))


def _inequalities() -> Item:
    return item(
        "3c",
        "Known inequalities",
        "Public collections show mostly fair skin and hardly ever state skin tone, ancestry or equipment (Wen et "
        "al. 2022, doi 10.1016/S2589-7500(21)00252-1); models do worse on dark skin (Daneshjou et al. 2022, "
        "doi 10.1126/sciadv.abq6147). These data state no skin tone, so this card cannot say how the model does by it.",
    )


def _objectives(record: Record) -> Item:
    test = (
        "the part that the source itself calls test"
        if record.sections.get("split", {}).get("method") == "official"
        else "a test part that was set aside before"
    )
    return item(
        "4",
        "Objectives",
        f"Development of a model and its evaluation on {test}. "
        + (record.where_tested if record.foreign else "No external evaluation."),
    )
