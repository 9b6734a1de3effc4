"""What is asked of a candidate before it may come into force: that it serves, and that the gate lets it pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dermaflow.commands.asked import champion_probabilities, furthest_from_served
from dermaflow.commands.candidate import Candidate
from dermaflow.core import paths
from dermaflow.core.errors import PromotionError, TableError
from dermaflow.core.files import read_json
from dermaflow.core.lesions import ACCEPTED_COLUMNS, LEDGER_COLUMNS, read_table
from dermaflow.evaluation.comparable import answers_over, unseen
from dermaflow.evaluation.comparison import Contest
from dermaflow.evaluation.gate import Decision, judge
from dermaflow.evaluation.params import PromoteParams
from dermaflow.model.card import Card, read_card
from dermaflow.tracking import registry
from dermaflow.tracking.backend import MlflowClient
from dermaflow.tracking.bundles import bundle_folder
from dermaflow.tracking.names import rollback_command
from dermaflow.tracking.registry import Version

SERVED_TOLERANCE = 1e-4  # of a probability, between what is served and predictions.csv
FEWEST_CLASSES = 2  # with one there is nothing to tell apart


@dataclass(frozen=True)
class Rules:
    """What the decision goes by beside the numbers."""

    params: PromoteParams
    allow_class_change: bool
    again: bool


def contest(
    client: MlflowClient, version: Version, champion: Version | None, candidate: Candidate, rules: Rules
) -> dict[str, Any]:
    """Whether the candidate may come into force: promote, reasons, numbers, images_left_out; fit for JSON.

    Raises:
        PromotionError: it does not serve at all, the champion is damaged, or a test image cannot be read.
    """
    rolled_back = registry.rolled_back_at(client, version)
    if rolled_back and not rules.again:
        return _refusal(f"This model was rolled back at {rolled_back}: `dermaflow promote --again` judges it anew.")
    folder = bundle_folder(champion.uri) if champion else None
    card, unreadable = _card_of_champion(folder, rollback_command(phantom=candidate.evaluated.phantom))
    if card and set(card.classes) != set(candidate.classes) and not rules.allow_class_change:
        return _refusal(_other_classes(candidate.classes, card.classes))
    furthest = furthest_from_served(client, version, candidate.image_ids, candidate.classes, candidate.probabilities)
    if not furthest <= SERVED_TOLERANCE:  # nor where it is no number
        return _refusal(
            f"As served it differs from its evaluation by up to {furthest:.4f} of a probability; "
            f"expected at most {SERVED_TOLERANCE}: `dvc repro -s -f evaluate` evaluates it here."
        )
    if folder is None or card is None:
        judged = _told(judge(candidate.examined, None, rules.params))
        return {**judged, "reasons": [*unreadable, *judged["reasons"]]}
    return _against(folder, card, candidate, rules.params)


def _card_of_champion(folder: Path | None, back: str) -> tuple[Card | None, list[str]]:
    """The champion's card, if it is of this version, else why there is none: such a model cannot be asked.

    It must not stand for ever because it is too old to be compared with, so the floors alone decide then. A card that
    is damaged or gone is no reason to compare with nobody.

    Raises:
        PromotionError: the champion has no card of any version.
    """
    if folder is None:
        return None, []
    path = folder / paths.CARD.name
    try:
        return read_card(path), []
    except TableError as error:
        if not _is_a_card(path):
            raise PromotionError(
                f"the champion cannot be asked: {error}. Remove {folder} to have it from the store anew; if it is "
                f"damaged there too, `{back}` puts the one before it in force"
            ) from error
        return None, [f"The champion was made by another version and cannot be asked; the floors alone decide: {error}"]


def _is_a_card(path: Path) -> bool:
    """Whether a file is the card of some version: JSON that names its format."""
    try:
        found = read_json(path)
    except TableError:
        return False
    return isinstance(found, dict) and "format" in found


def _against(folder: Path, card: Card, candidate: Candidate, params: PromoteParams) -> dict[str, Any]:
    """Compare on the images that the champion in `folder` has not seen, over the classes common to both."""
    common = tuple(name for name in candidate.classes if name in card.classes)
    if len(common) < FEWEST_CLASSES:
        return _refusal("It has fewer than two classes in common with the champion.")
    fair = unseen(
        candidate.image_ids,
        read_table(paths.LEDGER, LEDGER_COLUMNS),
        read_table(paths.ACCEPTED, ACCEPTED_COLUMNS),
        read_table(folder / paths.SEEN.name, ("image_id", "sha256")),
    )
    kept = fair & np.isin(candidate.diagnoses, common)
    scored = champion_probabilities(folder, _chosen(candidate.image_ids, kept))
    both = Contest(
        candidate.cases(kept, common),
        candidate=answers_over(candidate.probabilities[kept], candidate.classes, common),
        champion=answers_over(scored, card.classes, common, card.melanoma_threshold),
    )
    judged = _told(judge(candidate.examined, both, params))
    left_out = int((~fair).sum())
    sentence = f"{left_out} of {len(fair)} test images were left out: the champion has seen them or their group."
    return {**judged, "reasons": [sentence, *judged["reasons"]], "images_left_out": left_out}


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "promote": decision.promote,
        "reasons": list(decision.reasons),
        "numbers": decision.numbers,
        "images_left_out": 0,
    }


def _chosen(values: Sequence[str], kept: npt.NDArray[np.bool_]) -> list[str]:
    return [value for value, keep in zip(values, kept, strict=True) if keep]


def _refusal(reason: str) -> dict[str, Any]:
    return {"promote": False, "reasons": [reason], "numbers": {}, "images_left_out": 0}


def _other_classes(ours: Sequence[str], theirs: Sequence[str]) -> str:
    gained, lost = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    changes = [f"without {', '.join(lost)}"] * bool(lost) + [f"with {', '.join(gained)} anew"] * bool(gained)
    return (
        f"Its classes are not the champion's: {' and '.join(changes)}. "
        "`dermaflow promote --allow-class-change` compares over the classes common to both."
    )
