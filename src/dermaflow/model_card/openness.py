"""The end of a model card: under which licences, what was not stated, and how to make the model again."""

from collections.abc import Sequence

import pandas as pd

from dermaflow.model_card.content import Code, Item, Part, Table, counted_table, item, settings_table
from dermaflow.model_card.record import Record, counts

UNKNOWN = "unknown: no source states one"
LICENCES_SHOWN = 15
TOLD_BEFORE = ("augment", "train")  # sections of params.yaml that stand under methods


def openness(record: Record) -> Part:
    """Licences, statements, and what is needed to make the model again."""
    return Part("Openness", (_licences(record), _statements(), _model(), _again(record)))


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
        "With the same images under the same paths, and params.yaml as it says here and, of training and augmentation, "
        "under methods:",
        settings_table({name: values for name, values in record.sections.items() if name not in TOLD_BEFORE}),
        Code((*steps, "dvc repro evaluate")),
        "On one machine and its processor the result is the same to the bit; elsewhere it may differ in the last "
        "digits.",
    )
