"""For whom and on what the model of a model card works: subgroups, shortcuts, unfamiliar pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from dermaflow.core.measures import AT_THRESHOLD, COMPARED, HEADLINES, too_few
from dermaflow.model_card.content import Block, Item, Table, Text, item, listed, measured, narrow, unbroken
from dermaflow.model_card.pictures import pictures
from dermaflow.model_card.record import Record

FIRST = ("balanced_accuracy", "melanoma_auc", *AT_THRESHOLD)
FURTHER = {
    "accuracy": HEADLINES["accuracy"],
    "macro_auc": HEADLINES["macro_auc"],
    "melanoma_vs_nevus_auc": HEADLINES["melanoma_vs_nevus_auc"],
    "ece": HEADLINES["ece"],
    "ece_if_calibrated": "by chance alone",
    "brier": HEADLINES["brier"],
}
BY_DIAGNOSIS = {"auc": "AUC", "sensitivity": "named rightly"}
"""Of each diagnosis versus the rest. The second is its sensitivity as the most probable one, at no threshold."""


def subgroups(record: Record) -> Item:
    """A table for age, sex, site and source each, small subgroups pale."""
    blocks: list[Block | str] = []
    small: list[str] = []
    for attribute, groups in record.metrics["subgroups"].items():
        blocks += [_subgroup_table(attribute, groups), _further_table(attribute, groups)]
        blocks += [_class_table(attribute, groups, measure) for measure in BY_DIAGNOSIS]
        small += [f"{attribute} {each['name']}" for each in groups if each["small"]]
    if not blocks:
        return item("23a, 23b", "By subgroup", "No subgroups were measured.")
    warning = Text(
        f"Pale, slanted rows are small: {too_few(melanoma=record.shows_melanoma)} "
        "(Vergouwe et al. 2005, doi 10.1016/j.jclinepi.2004.06.017; Collins et al. 2016, doi 10.1002/sim.6787). "
        f"Their figures are a hint at most. {len(small):,} of {sum(map(len, record.metrics['subgroups'].values())):,} "
        "subgroups are.",
        warning=True,
    )
    told = (
        "Sensitivity and specificity are those of suspicion at the threshold. Balanced accuracy is over the "
        "diagnoses that a subgroup shows, so that two subgroups need not be comparable by it; macro AUC likewise. "
        "Calibration error is above 0 by chance alone, the more so the fewer the images: how far stands beside it. "
        "Named rightly: the share of the images of a diagnosis for which it is the most probable one; n is how many "
        "show it. What each subgroup's images were named otherwise, and predictive values, stand in metrics.json."
    )
    return item(
        "23a, 23b", "By subgroup", *([warning] if small else []), told, *blocks, *pictures(record, "subgroups.png")
    )


def _subgroup_table(attribute: str, groups: Sequence[Mapping[str, Any]]) -> Table:
    head = (attribute, "n", "groups", "melanomas", "diagnoses", *(HEADLINES.get(key, key) for key in FIRST))
    rows = tuple(
        (
            str(each["name"]),
            *(f"{each[key]:,}" for key in ("n", "n_groups", "n_melanoma", "n_classes")),
            *(narrow(each[key]) for key in FIRST),
        )
        for each in groups
    )
    return Table(head, rows, pale=_pale(groups))


def _further_table(attribute: str, groups: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple((str(each["name"]), *(narrow(each[key]) for key in FURTHER)) for each in groups)
    return Table((attribute, *FURTHER.values()), rows, pale=_pale(groups))


def _class_table(attribute: str, groups: Sequence[Mapping[str, Any]], measure: str) -> Table:
    """One of BY_DIAGNOSIS: a column a diagnosis, how many images show it behind each figure."""
    classes = tuple(groups[0]["per_class"])
    rows = tuple((str(each["name"]), *(_of_n(each["per_class"][name], measure) for name in classes)) for each in groups)
    return Table((f"{attribute}: {BY_DIAGNOSIS[measure]}", *classes), rows, pale=_pale(groups))


def _of_n(shown: Mapping[str, Any], measure: str) -> str:
    n = f"n = {shown['n']:,}"
    return f"{narrow(shown[measure])} {unbroken(n)}"


def _pale(groups: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    return frozenset(place for place, each in enumerate(groups) if each["small"])


def shortcuts(record: Record) -> Item:
    """What can be told without a look at the lesion."""
    rows = tuple(
        (record.clue(each["name"]), *(measured(each.get(key)) for key in COMPARED)) for each in record.shortcuts
    )
    if not rows:
        return item("26", "Shortcuts", "Could not be measured: too few usable images of two or more diagnoses.")
    return item(
        "26",
        "Shortcuts: what tells the diagnosis without a look at the lesion",
        f"A classifier that never sees a lesion, cross-validated on {_audited(record)} with groups kept whole. An AUC "
        "of 0.50 is chance. Where one does well, a model may have learnt it in place of the lesion.",
        Table(("what it is given", *(HEADLINES[key] for key in COMPARED)), rows),
    )


def _audited(record: Record) -> str:
    """How many images the audit looked at, and of which diagnoses it did not."""
    first = record.shortcuts[0]
    without = f", none of {listed(first['left_out'])}, of which there are too few," if first.get("left_out") else ""
    return f"{first['n_images']:,} of {len(record.lesions):,} accepted images{without}"


def unfamiliar(record: Record) -> Item:
    """How well pictures without a lesion are told from test images."""
    found = record.metrics.get("unfamiliar")
    if not found:
        return item("27a", "Unfamiliar images", "How well the model tells unfamiliar pictures was not measured.")
    strangers = {"all of them": found["strangers"], **found["by_kind"]}
    rows = tuple(
        (name, f"{each['n']:,}", measured(each["auroc"]), measured(each["flagged"])) for name, each in strangers.items()
    )
    return item(
        "27a",
        "Unfamiliar images",
        f"Of {found['n_images']:,} test images a share of {measured(found['flagged'])} is flagged as unfamiliar. "
        "Pictures that show no lesion, which no training or validation sees: how often one lies further than a test "
        "image (AUROC), and what share is flagged.",
        Table(("pictures without a lesion", "n", "AUROC", "flagged"), rows),
    )
