"""Images that are kept for another task: those of the sources named, and whatever belongs to one of them.

A model that begins with the weights of another must not be judged by what that one has learnt from. So the other one is
trained on a collection from which the images to come are withheld, with all that show the same lesion or patient.
"""

from collections.abc import Collection

import pandas as pd

from dermaflow.core.errors import VerdictError
from dermaflow.core.groups import connected
from dermaflow.quality.conflicts import findings

WITHHELD = "withheld"


def withheld(rows: pd.DataFrame, sources: Collection[str]) -> pd.DataFrame:
    """The rows of the sources and of every group (see core.groups) that holds one of them, as findings.

    Args:
        rows: with source, file and core.groups.LINKS: all rows found, those that would go to quarantine too.
        sources: slugs of collections; none: nothing is withheld.

    Raises:
        VerdictError: a source has no row, so that nothing would be withheld for it.
    """
    found = rows["source"].unique().tolist()
    absent = sorted(set(sources) - set(found))
    if absent:
        raise VerdictError(
            f"validate.withheld_sources: expected some of {', '.join(sorted(found))}, received {', '.join(absent)}"
        )
    if not sources:
        return findings(rows.index[:0], WITHHELD, [])
    groups = pd.Series(connected(rows), index=rows.index)
    own = rows["source"].isin(list(sources))
    witness = rows["file"].where(own).groupby(groups).transform("first")
    kept = rows.index[witness.notna()]
    evidence = [
        "its source is for another task" if mine else f"belongs to {file}, which is for another task"
        for mine, file in zip(own[kept], witness[kept], strict=True)
    ]
    return findings(kept, WITHHELD, evidence)
