"""Out-of-distribution detection, measured: how the distance tells pictures without lesions from test images.

A distance above LIMIT is flagged; the model scales it so that 99 % of its validation images stay within
(see model.familiarity). Intervals are those of evaluation.intervals: groups of test images, and within each kind
groups of strangers, are drawn anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from dermaflow.core.measures import in_words
from dermaflow.core.seeds import derived_seed
from dermaflow.evaluation.intervals import CONFIDENCE, estimate_share, group_weights
from dermaflow.evaluation.metrics import Floats, Indices, share_of
from dermaflow.evaluation.params import EvaluateParams

LIMIT = 1.0


class Distances(NamedTuple):
    """How far images lie from what a model was trained on."""

    distance: Floats  # (n,) 0 or more
    groups: Sequence[str]  # (n,) images of one group are no independent evidence


@dataclass(frozen=True)
class _Compared:
    """Each stranger beside the test images: first as they are, then on every resample of both."""

    nearer: Floats  # (1 + samples, strangers) the share of test images that lie nearer, ties half
    weights: Floats  # (1 + samples, strangers) how often the stranger counts itself
    far: Floats  # (strangers,) 1 beyond LIMIT, else 0
    groups: Sequence[str]  # (strangers,)
    n_known: int  # groups of test images


def unfamiliar(known: Distances, strange: Distances, kinds: Sequence[str], params: EvaluateParams) -> dict[str, Any]:
    """How well strangers, pictures that show no lesion, are told from the test images, as one JSON object.

    Args:
        known: of the test images.
        strange: of the strangers.
        kinds: (m,) what each stranger is.

    Returns:
        n_images; flagged, the share of test images beyond LIMIT; strangers: of all of them n, n_groups, auroc (how
        often one lies further than a test image, ties half) and flagged; by_kind: the same four of each kind.
        Shares and auroc are {value, low, high}, the 95 % interval by bootstrap; null where undefined.

    Raises:
        ValueError: a side is empty, lengths differ, or a distance is not finite.
    """
    _check(known, "test images")
    _check(strange, "strangers")
    if len(kinds) != len(strange.distance):
        raise ValueError(f"expected a kind for each of {len(strange.distance)} strangers, received {len(kinds)}")
    rows = {kind: np.flatnonzero(np.array(kinds) == kind) for kind in dict.fromkeys(kinds)}
    beyond = (known.distance > LIMIT).astype(float)
    shares = _over_test_images(known, np.column_stack([_nearer(known, strange), beyond]), params)
    n_known = len(set(known.groups))
    compared = _Compared(
        nearer=shares[:, :-1],
        weights=_weights_of_strangers(strange, rows, params),
        far=(strange.distance > LIMIT).astype(float),
        groups=strange.groups,
        n_known=n_known,
    )
    return {
        "n_images": len(beyond),
        "flagged": asdict(estimate_share(shares[0, -1], shares[1:, -1], CONFIDENCE, n_known)),
        "strangers": _figures(compared, np.arange(len(kinds))),
        "by_kind": {kind: _figures(compared, row) for kind, row in rows.items()},
    }


def unfamiliar_line(figures: Mapping[str, Any]) -> str:
    """What a person wants to know of it; figures is what `unfamiliar` gives."""
    strangers = figures["strangers"]
    return (
        f"  unfamiliar: AUROC {in_words(strangers['auroc'])} of {strangers['n']:,} pictures without a lesion; "
        f"flagged {strangers['flagged']['value']:.1%} of them and {figures['flagged']['value']:.1%} of the test images"
    )


def _nearer(known: Distances, strange: Distances) -> Floats:
    """1 where a test image, a row, lies nearer than a stranger, a column; 0.5 where as far."""
    ours, theirs = known.distance[:, np.newaxis], strange.distance[np.newaxis]
    nearer: Floats = (ours < theirs) + 0.5 * (ours == theirs)
    return nearer


def _over_test_images(known: Distances, columns: Floats, params: EvaluateParams) -> Floats:
    """The mean over test images of each column: of them as they are, then of every resample, (1 + samples, columns)."""
    seed = derived_seed("test images", params.seed)
    blocks = [
        weights @ columns / weights.sum(axis=1, keepdims=True)
        for weights in group_weights(known.groups, params.bootstrap_samples, seed)
    ]
    return np.concatenate([columns.mean(axis=0, keepdims=True), *blocks])


def _weights_of_strangers(strange: Distances, rows: Mapping[str, Indices], params: EvaluateParams) -> Floats:
    """How often each stranger counts: once, then on every resample within its kind, (1 + samples, strangers)."""
    weights = np.ones((1 + params.bootstrap_samples, len(strange.distance)))
    for kind, row in rows.items():
        groups, seed = [strange.groups[each] for each in row], derived_seed("strangers", kind, params.seed)
        weights[1:, row] = np.concatenate(list(group_weights(groups, params.bootstrap_samples, seed)))
    return weights


def _figures(compared: _Compared, row: Indices) -> dict[str, Any]:
    weights = compared.weights[:, row]
    total = weights.sum(axis=1)
    auroc = share_of((weights * compared.nearer[:, row]).sum(axis=1), total)
    flagged = share_of(weights @ compared.far[row], total)
    n_groups = len({compared.groups[each] for each in row})
    behind = min(n_groups, compared.n_known)
    return {
        "n": len(row),
        "n_groups": n_groups,
        "auroc": asdict(estimate_share(auroc[0], auroc[1:], CONFIDENCE, behind)),
        "flagged": asdict(estimate_share(flagged[0], flagged[1:], CONFIDENCE, n_groups)),
    }


def _check(distances: Distances, what: str) -> None:
    if not len(distances.distance):
        raise ValueError(f"expected {what}, received none")
    if len(distances.groups) != len(distances.distance):
        n, m = len(distances.distance), len(distances.groups)
        raise ValueError(f"expected a group for each of {n} {what}, received {m}")
    if not np.isfinite(distances.distance).all():
        raise ValueError(f"expected finite distances of {what}, received NaN or infinity: the model is broken")
