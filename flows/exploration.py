"""What a cross-validation or a search came to, told from what `dermaflow pool` and `dermaflow trials` wrote.

For the terminal and Prefect's artifact.
"""

from collections.abc import Mapping
from typing import Any

from dermaflow.core.measures import HEADLINES, in_words
from dermaflow.core.titles import PHANTOM_HEADING


def pooled_markdown(metrics: Mapping[str, Any]) -> str:
    """What a cross-validation came to, as markdown that also reads well as plain text.

    Args:
        metrics: what `dermaflow pool` wrote.
    """
    kind = PHANTOM_HEADING if metrics["phantom"] else "Cross-validation"
    tested = f"{metrics['n_images']:,} images in {metrics['n_groups']:,} groups"
    spread = metrics["over_folds"]
    over = {name: f"; over folds {each['mean']:.3f} ± {each['sd']:.3f}" for name, each in spread.items()}
    lines = [f"- {words}: {in_words(metrics[name])}{over.get(name, '')}" for name, words in HEADLINES.items()]
    parts = [
        f"# {kind}",
        f"**Tested** {tested}, each by the one of {metrics['folds']} models that has not seen its group",
        "\n".join(
            ["**All folds together** (95 % intervals over groups; mean ± standard deviation of the folds)", *lines]
        ),
        "**Not for choosing** every image was a test image: choose by `make search`, on validation images",
        "**Look** `make ui` (the run holds those of the folds) · `reports/cross_validate`",
    ]
    return "\n\n".join(parts) + "\n"


def search_markdown(best: Mapping[str, Any]) -> str:
    """What a search came to, as markdown that also reads well as plain text.

    Args:
        best: what `dermaflow trials` wrote.
    """
    by, failed = best["by"], f", {best['n_failed']} of them failed" if best["n_failed"] else ""
    lines = [f"- {one['figures'][by]:.3f}, trial {one['number']}: {_changes(one['changes'])}" for one in best["top"]]
    present = f"{best['present'][by]:.3f}" if best["present"] else "could not be trained"
    parts = [
        f"# {PHANTOM_HEADING if best['phantom'] else 'Search'}",
        f"**Tried** {best['n']} trials{failed}, judged by {by} on {best['n_validation']:,} validation images",
        "\n".join(["**Best**", *lines, f"- as params.yaml says: {present}"]),
        "**Mind** the best of many is flattered by the choice: what it is worth, a test of it says",
        f"**Take it over** {best['take_over'] or 'nothing to do: params.yaml says the best'}",
        "**Look** `make ui` (the run holds those of the trials) · `reports/search/trials.csv`",
    ]
    return "\n\n".join(parts) + "\n"


def _changes(changes: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in changes.items()) or "nothing changed"
