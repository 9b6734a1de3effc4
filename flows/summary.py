"""What a retraining did, told from the files that its stages wrote: for the terminal and Prefect's artifact.

The reports' own forms stand with those who write them: quality/verdict.py, model/card.py,
evaluation/report.py, commands/judgement.py.
"""

from collections.abc import Mapping
from typing import Any

from dermaflow.core import paths
from dermaflow.core.errors import TableError
from dermaflow.core.files import read_json
from dermaflow.core.measures import AT_THRESHOLD, HEADLINES, in_words, n_small, without_lesion
from dermaflow.core.titles import PHANTOM_HEADING

STANDING = {"found": "in force already", "rollback": "in force: brought back"}
"""What is said of a record that is no judgement, by its action."""


def summary_markdown(outcomes: Mapping[str, str], stored: str, began: str) -> str:
    """The summary as markdown that also reads well as plain text.

    Args:
        outcomes: what became of each stage: ran, restored or unchanged.
        stored: what became of the copy to the DVC remote.
        began: when the retraining did, UTC as records have it: what was decided before is told as such.

    Raises:
        TableError: a report that the stages write is missing or malformed.
    """
    card = read_json(paths.CARD)
    look = (
        "`make ui` (runs, figures, schedule) · `dermaflow registry` (what is in force) · "
        f"`{paths.MODEL_CARD_PAGE}` · `{paths.DATA_DOCS}/index.html`"
    )
    parts = [
        f"# {PHANTOM_HEADING if card['phantom'] else 'Retraining'}",
        f"**Work** {_work(outcomes)}",
        f"**Found** {_found(read_json(paths.VERDICT))}",
        f"**Model** {_model(card)}",
        "\n".join(["**On the test partition** (95 % intervals over groups)", *_measured(read_json(paths.METRICS))]),
        f"**Promotion** {_decided(last_decision(card['fingerprint']), began)}",
        f"**Copy in the DVC remote** {stored}",
        f"**Look** {look}",
    ]
    return "\n\n".join(parts) + "\n"


def metrics_rows() -> list[dict[str, Any]]:
    """The test metrics as rows: metric, value, low, high; value None where it is undefined."""
    metrics = read_json(paths.METRICS)
    named = {words: metrics[key] for key, words in HEADLINES.items()} | _operating(metrics["operating_point"])
    rows = [{"metric": words, **figure} for words, figure in named.items() if figure]
    for diagnosis, values in metrics["per_class"].items():
        rows += [
            {"metric": f"{kind}, {diagnosis} (n = {values['n']})", **values[kind]}
            for kind in ("sensitivity", "specificity")
            if values[kind]
        ]
    return rows


def last_decision(fingerprint: str) -> dict[str, Any]:
    """The newest record of the promotion gate about a model; a record's file name begins with its time.

    Raises:
        TableError: there is none.
    """
    for path in sorted(paths.DECISIONS.glob("*.json"), reverse=True):
        decision: dict[str, Any] = read_json(path)
        if decision["candidate"]["fingerprint"] == fingerprint:
            return decision
    raise TableError(f"{paths.DECISIONS} holds no decision about {fingerprint[:8]}: `dermaflow promote` makes one")


def _work(outcomes: Mapping[str, str]) -> str:
    stages = ", ".join(f"{stage} {outcome}" for stage, outcome in outcomes.items())
    if outcomes.get("train") == "ran":
        return stages
    if outcomes.get("train") == "restored":
        return f"nothing was trained: parameters and data are those of an earlier training, brought back ({stages})"
    return f"nothing was trained: neither data nor parameters of the training changed ({stages})"


def _found(verdict: Mapping[str, Any]) -> str:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in verdict["quarantined"].items())
    dropped = ", ".join(verdict["dropped_diagnoses"])
    corrected = ", ".join(f"{count:,} {move}" for move, count in verdict["corrected"].items())
    leaks = sum(verdict["leaks"].values())
    return (
        f"{verdict['images_found']:,} images, {verdict['images_accepted']:,} accepted"
        + (f"; quarantined: {reasons}" if reasons else "; none quarantined")
        + (f"; corrected by authorities: {corrected}" if corrected else "")
        + (f"; official test images that leak from training: {leaks} of {verdict['official_test']:,}" if leaks else "")
        + (f"; dropped from the task: {dropped}" if dropped else "")
    )


def _model(card: Mapping[str, Any]) -> str:
    return (
        f"{card['architecture']} at {card['input']['image_size_px']} px, {len(card['classes'])} diagnoses, "
        f"{sum(card['data']['train'].values()):,} training images and {sum(card['data']['copies'].values()):,} "
        f"augmented copies; "
        f"best of {card['epochs']} epochs: {card['best_epoch']}; fingerprint {card['fingerprint'][:8]}"
    )


def _measured(metrics: Mapping[str, Any]) -> list[str]:
    beside = metrics["shortcuts"]
    lines = [
        f"- {words}: {in_words(metrics[key])}{without_lesion(beside.get(key))}" for key, words in HEADLINES.items()
    ]
    lines += [f"- {words}: {in_words(figure)}" for words, figure in _operating(metrics["operating_point"]).items()]
    small, among = n_small(metrics["subgroups"])
    few = f"; {small} of {among} subgroups are too small for more than a hint" if small else ""
    return [*lines, f"- {metrics['n_images']:,} images in {metrics['n_groups']:,} groups{few}"]


def _operating(point: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """What suspicion of melanoma is worth at the model's threshold; nothing where it has none."""
    if point is None:
        return {}
    where = f"{point['diagnosis']} suspected from {point['threshold']:.3f} on"
    return {f"{name}, {where}": point[name] for name in AT_THRESHOLD}


def _decided(decision: Mapping[str, Any], began: str) -> str:
    word = "promoted to champion" if decision["promote"] else "not promoted"
    word = STANDING.get(decision["action"], word)
    if decision["time"] < began:
        word = f"nothing to decide: {word} at {decision['time']}"
    return "\n".join([f"{word} ({decision['name']})", *(f"- {reason}" for reason in decision["reasons"])])
