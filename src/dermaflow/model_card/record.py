"""All that a model card is written from, as values, and what follows from it by counting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from dermaflow.core.lesions import PARTITIONS
from dermaflow.core.taxonomy import MELANOMA
from dermaflow.model_card.content import listed


@dataclass(frozen=True)
class Record:
    """What the stages left of one training and its test."""

    card: Mapping[str, Any]  # models/train/card.json
    metrics: Mapping[str, Any]  # reports/evaluate/metrics.json
    verdict: Mapping[str, Any]  # reports/validate/verdict.json
    shortcuts: Sequence[Mapping[str, Any]]  # reports/validate/shortcuts.json
    evaluation: Mapping[str, Any]  # the section evaluate of params.yaml
    lesions: pd.DataFrame  # ACCEPTED_COLUMNS of core/lesions.py
    ledger: pd.DataFrame  # LEDGER_COLUMNS
    quarantine: pd.DataFrame  # QUARANTINE_COLUMNS, of validation
    split_quarantine: pd.DataFrame  # likewise, of the split
    corrections: pd.DataFrame  # CORRECTION_COLUMNS
    seen: pd.DataFrame  # SEEN_COLUMNS: models/train/seen.csv
    pictures: Mapping[str, bytes]  # the PNG files of reports/evaluate/figures, by name

    @cached_property
    def used(self) -> pd.DataFrame:
        """The accepted images that are in a partition: ACCEPTED_COLUMNS, group_id, partition."""
        placed = self.ledger.loc[self.ledger["partition"].isin(PARTITIONS), ["image_id", "group_id", "partition"]]
        return self.lesions.merge(placed, on="image_id", validate="one_to_one")

    @cached_property
    def seen_before(self) -> pd.DataFrame:
        """What only those models have learnt from whose weights this one began with: SEEN_COLUMNS, a row a file."""
        own = self.seen["sha256"].isin(self.used["sha256"])
        return self.seen[~own].drop_duplicates(["image_id", "sha256"])

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the model's outputs."""
        return tuple(self.card["classes"])

    @property
    def sections(self) -> Mapping[str, Mapping[str, Any]]:
        """The sections of params.yaml that the model was made with."""
        return dict(self.card["params"])

    @property
    def section_train(self) -> Mapping[str, Any]:
        """The section train among them."""
        return self.sections.get("train", {})

    @property
    def shows_melanoma(self) -> bool:
        """Whether melanoma is one of the classes."""
        return MELANOMA in self.classes

    @cached_property
    def foreign(self) -> tuple[str, ...]:
        """The sources of test images that gave none to learn from or to choose by."""
        developed = self.used.loc[self.used["partition"] != "test", "source"]
        return tuple(sorted(set(self.part("test")["source"]) - set(developed)))

    @property
    def where_tested(self) -> str:
        """A sentence: whether test images are from the collections that the model comes from."""
        if not self.foreign:
            return "Tested on images from the same collections that it learnt from."
        names = listed(self.foreign)
        if set(self.part("test")["source"]) == set(self.foreign):
            return f"Tested on images of {names} alone: nothing there was learnt from or chosen by."
        return (
            "Tested on images from the same collections that it learnt from, and on images of "
            f"{names}, where nothing was learnt from or chosen by."
        )

    def clue(self, name: str) -> str:
        """What a shortcut is given, in words; its name where the audit does not tell."""
        told = {each["name"]: str(each.get("sees", "")).rstrip(",") for each in self.shortcuts}
        return told.get(name) or name

    def part(self, partition: str) -> pd.DataFrame:
        """The images of one of PARTITIONS."""
        return self.used[self.used["partition"] == partition]


def known(column: pd.Series) -> int:
    """How many cells are not blank."""
    return int((column.str.strip() != "").sum())


def counts(column: pd.Series) -> dict[str, int]:
    """How often each value occurs, the most frequent first, of equals by name."""
    found = column.value_counts()
    return {str(value): int(found[value]) for value in sorted(found.index, key=lambda each: (-found[each], str(each)))}
