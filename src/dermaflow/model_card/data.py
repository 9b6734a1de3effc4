"""The chapter of a model card on data: where from, who, what was left out and why, labels, what is missing."""

from collections.abc import Iterable

import pandas as pd

from dermaflow.core.lesions import PARTITIONS
from dermaflow.model_card.clinical import predictors
from dermaflow.model_card.content import Item, Part, Table, counted_table, item, listed, share
from dermaflow.model_card.people import people
from dermaflow.model_card.record import Record, counts, known

ROWS_AT_MOST = 20
STATED_BY = {
    "folder": "the name of a class folder, which anybody may have given",
    "table": "a table that comes with the images",
    "archive": "the record in the ISIC Archive",
    "phantom": "the program that drew the image",
}


def data(record: Record) -> Part:
    """Everything about the images before a model sees them."""
    return Part(
        "Data",
        (
            _sources(record),
            item(
                "5b",
                "Dates",
                "When images were taken, and from when to when people were included, is unknown: no source states it.",
            ),
            _setting(record),
            _flow(record),
            _preparation(record),
            _outcome(record),
            item(
                "8b, 8c",
                "Who assessed",
                "How many people stated each diagnosis, who they were and what else they knew of the case is unknown.",
            ),
            predictors(record),
            *people(record),
        ),
    )


def _sources(record: Record) -> Item:
    rows: list[tuple[str | int, ...]] = []
    for source, n in counts(record.used["source"]).items():
        images = record.used[record.used["source"] == source]
        parts = [int((images["partition"] == partition).sum()) for partition in PARTITIONS]
        rows.append((source, n, *parts, int(images["group_id"].nunique())))
    return item(
        "5a",
        "Sources",
        counted_table(("source", "images", *PARTITIONS, "groups"), rows),
        f"{record.where_tested} All sources are collections of lesions that somebody found worth a photograph, rare "
        "diagnoses enriched, and represent no population.",
        _generated(record),
    )


def _generated(record: Record) -> str:
    if not record.card["phantom"]:
        return ""
    return "Images of sources whose name begins with PHANTOM or phantom are generated: they show no skin."


def _setting(record: Record) -> Item:
    n = len(record.used)
    return item(
        "6a, 6c",
        "Setting and treatment",
        f"Number and location of centres and the devices used are unknown but for what a source's name or attribution "
        f"says. Lesions are known for {share(known(record.used['lesion_id']), n)} of {n:,} images, patients for "
        f"{share(known(record.used['patient_id']), n)}. Treatments before the image was taken are unknown.",
    )


def _flow(record: Record) -> Item:
    """From what was found to what is used, with the number left out for each reason."""
    found = int(record.verdict["images_found"])
    rows: list[tuple[str, str | int]] = [("files found", found)]
    rows += _reasons("left out by validation", record.quarantine["reason"])
    rows.append(("accepted", len(record.lesions)))
    rows += _reasons("left out by the split", record.split_quarantine["reason"])
    rows += [(f"used for {partition}", len(record.part(partition))) for partition in PARTITIONS]
    dropped = record.verdict["dropped_diagnoses"]
    return item(
        "6b, 20a",
        "Who and what is in, and what was left out",
        "Eligible is every image that decodes, shows colour and is no copy of another one, whose diagnosis is one of "
        "the task and contradicts no official record or other copy. What each reason means is told in "
        "reports/validate/data_docs; data/validate/quarantine.csv and data/split/quarantine.csv name every file.",
        counted_table(("step", "images"), rows),
        f"Dropped from the task altogether, because no image or too few of it were accepted: {listed(dropped)}."
        if dropped
        else "No diagnosis that was found was dropped from the task.",
    )


def _reasons(step: str, column: pd.Series) -> Iterable[tuple[str, int]]:
    if column.empty:
        return [(f"{step}: none", 0)]
    return [(f"{step}: {reason.replace('-', ' ')}", n) for reason, n in counts(column).items()]


def _preparation(record: Record) -> Item:
    leaks = sum(record.verdict["leaks"].values())
    official = record.verdict["official_test"]
    return item(
        "7",
        "Preparation and checks",
        record.card["preprocessing"],
        "The same for all images and groups of people. Files were compared by bytes, by pixels and by look (turned, "
        "cropped, recompressed copies), labels with each other and with official records, before anything was split.",
        f"{leaks:,} of {official:,} images that a source calls test are tied to its own training images; the split "
        "does not let such pairs lie on two sides."
        if official
        else "",
    )


def _outcome(record: Record) -> Item:
    used = record.used
    confirmed = used[used["confirmed_by"] != ""]
    authorities = counts(confirmed["confirmed_by"].str.split("|").explode()) if len(confirmed) else {}
    said_by = [(STATED_BY.get(name, name), n) for name, n in counts(used["labelled_by"]).items()]
    by_whom = [f"{name} ({n:,})" for name, n in authorities.items()]
    return item(
        "8a",
        "Outcome, and how labels were confirmed",
        f"The diagnosis of the lesion at the time of the image, one of {listed(record.classes)}. The same rule for all "
        "groups of people. Which of them rest on histology, on follow-up or on an opinion is not part of these data.",
        counted_table(("the label was stated by", "images"), said_by),
        "An official record states the same diagnosis, or a wider one that holds it (BKL: pigmented benign and "
        f"seborrheic keratosis alike), for {share(len(confirmed), len(used))} of {len(used):,} images"
        + (f": {listed(by_whom)}." if by_whom else "; no authority was given or knows them."),
        *_corrected(record),
    )


def _corrected(record: Record) -> tuple[Table | str, ...]:
    table = record.corrections
    if table.empty:
        return ("No label was corrected by an official record.",)
    authorities = table["authority"].str.replace("|", " and ")
    moves = counts(table["from_diagnosis"] + "\0" + table["to_diagnosis"] + "\0" + authorities)
    rows: list[tuple[str | int, ...]] = [(*move.split("\0"), n) for move, n in list(moves.items())[:ROWS_AT_MOST]]
    more = len(moves) - ROWS_AT_MOST
    n_used = int(table["image_id"].isin(record.used["image_id"]).sum())
    said = (
        f"Official records corrected the label of {len(table):,} files; {n_used:,} of them are used, under the official"
    )
    unshown = f"; {more} more kinds are not shown" if more > 0 else ""
    return (
        f"{said} diagnosis, the others are copies or were left out{unshown}:",
        counted_table(("filed as", "officially", "says who", "files"), rows),
    )
