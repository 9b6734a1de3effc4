"""Give new groups their partition so that every diagnosis keeps its proportions as far as groups allow.

scikit-learn's StratifiedGroupKFold draws all groups at once into folds of equal size: it knows no ledger whose
groups must not move, no unequal fractions, and may leave a rare diagnosis out of a fold. Hence this one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import pandas as pd

from dermaflow.core.seeds import derived_seed

Members = list[tuple[str, int]]
"""A group's diagnoses, each with its number of images."""


def assign_groups(images: pd.DataFrame, fractions: Mapping[str, float], seed: int) -> dict[str, str]:
    """Choose a partition for each group that has none.

    Groups come by diagnosis, the rarest first, and within it by size, the largest first (equal ones in
    an order drawn from the seed). Each goes where its diagnoses are then filled least in proportion to
    what is due there; but the last groups of a diagnosis go to partitions that have none of it, so that
    three groups are enough to be present in all three.

    Args:
        images: one row an image, with group_id, diagnosis and partition (blank where to be chosen).
        fractions: the share of each partition, in the order in which a rare diagnosis fills them; sum 1.
        seed: orders groups of equal size.

    Returns:
        group_id → partition, for the groups whose images have a blank partition.
    """
    counted = images[images["partition"].isin(["", *fractions])]
    totals = Counter(counted["diagnosis"].tolist())
    due = {(p, d): share * n for p, share in fractions.items() for d, n in totals.items()}
    filled = Counter(zip(counted["partition"].tolist(), counted["diagnosis"].tolist(), strict=True))
    members = _members(counted[counted["partition"] == ""])
    groups_of = Counter(diagnosis for group in members.values() for diagnosis, _ in group)
    leader = {name: min((groups_of[d], d) for d, _ in group)[1] for name, group in members.items()}
    left = Counter(leader.values())
    chosen = {}
    for name in _in_order(members, leader, groups_of, seed):
        lacking = [p for p in fractions if not filled[p, leader[name]]]
        if left[leader[name]] <= len(lacking):
            partition = lacking[0]
        else:
            partition = min(fractions, key=lambda p: _fill(p, members[name], filled, due))
        chosen[name] = partition
        left[leader[name]] -= 1
        for diagnosis, count in members[name]:
            filled[partition, diagnosis] += count
    return chosen


def _members(new: pd.DataFrame) -> dict[str, Members]:
    members: dict[str, Members] = {}
    counts = new.groupby(["group_id", "diagnosis"]).size()
    for (group_id, diagnosis), count in zip(counts.index.tolist(), counts.tolist(), strict=True):
        members.setdefault(group_id, []).append((diagnosis, count))
    return members


def _in_order(
    members: Mapping[str, Members], leader: Mapping[str, str], groups_of: Mapping[str, int], seed: int
) -> Iterator[str]:
    def rank(name: str) -> tuple[int, str, int, int, str]:
        first = leader[name]
        return groups_of[first], first, -sum(n for _, n in members[name]), derived_seed(seed, name), name

    return iter(sorted(members, key=rank))


def _fill(
    partition: str, group: Members, filled: Mapping[tuple[str, str], int], due: Mapping[tuple[str, str], float]
) -> float:
    """How full the partition would be with the group: 1 is just right; weighted by the group's images."""
    return sum(n * (filled[partition, d] + n) / due[partition, d] for d, n in group)
