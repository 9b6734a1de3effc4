"""Images that would tie two partitions together: found one by one, so that as few as possible are given up."""

from collections.abc import Iterable

import pandas as pd

from dermaflow.core.groups import KINDS, LINKS, connected

_FIRST = ("test", "validation", "train", "")
"""Who is believed first: what a model is judged by is kept before what it learns from."""


def linking_images(images: pd.DataFrame) -> dict[str, str]:
    """Find the images without which no group lies in two partitions.

    The images of a group that lies in two partitions are added one after another: those that the ledger has
    assigned (test, validation, train), then those with a stated partition, then the rest, each by image_id;
    before them all an official test part, to which training gives way.
    An image that would join two partitions is left out; what follows is judged without it. Hence the
    result does not depend on the order of rows.

    Args:
        images: one row an image, with image_id, partition (blank where free), assigned (bool: the partition
            comes from the ledger), official (bool: its source calls it test, and that counts) and LINKS.

    Returns:
        For each image to leave out, by image_id: the evidence.
    """
    numbers = connected(images)
    fixed = images["partition"].where(images["partition"] != "")
    mixed = fixed.groupby(numbers).transform("nunique") > 1
    official_test = images["official"] & (images["partition"] == "test")
    suspects = images.assign(belief=images["partition"].map(_FIRST.index), official_test=official_test)[
        mixed
    ].sort_values(["official_test", "assigned", "belief", "image_id"], ascending=[False, False, True, True])
    forest = _Forest()
    found = {}
    rows = zip(suspects["image_id"], suspects["partition"], *(suspects[link] for link in LINKS), strict=True)
    for image_id, partition, *values in rows:
        named = zip(LINKS, values, strict=True)
        keys = [(KINDS.get(link, link), value.strip()) for link, value in named if value.strip()]
        evidence = forest.add(image_id, partition, keys)
        if evidence:
            found[image_id] = evidence
    return found


Key = tuple[str, str]


class _Forest:
    """Disjoint sets of link values, each with the partition that it lies in (blank while free)."""

    def __init__(self) -> None:
        self.parent: dict[Key, Key] = {}
        self.partition: dict[Key, str] = {}
        self.witness: dict[Key, str] = {}

    def root(self, key: Key) -> Key:
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def add(self, image_id: str, partition: str, keys: Iterable[Key]) -> str:
        """Join the sets of `keys`; or change nothing and say why that would tie two partitions together."""
        keys = list(keys)
        met = {key: self.partition[self.root(key)] for key in keys if key in self.parent}
        partitions = ({partition} | set(met.values())) - {""}
        if len(partitions) > 1:
            shared = [f"{link} '{value}' with {self.witness[link, value]} ({met[link, value]})"
                      for link, value in met if met[link, value]]  # fmt: skip
            own = f"meant for {partition}, " if partition else ""
            return f"{own}shares {' and '.join(shared)}"
        for key in keys:
            self.parent.setdefault(key, key)
            self.witness.setdefault(key, image_id)
        roots = [self.root(key) for key in keys]
        for root in roots:
            self.parent[root] = roots[0]
        self.partition[roots[0]] = partitions.pop() if partitions else ""
        return ""
