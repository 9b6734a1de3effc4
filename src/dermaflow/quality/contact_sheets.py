"""Small pictures of what was found, one sheet a reason: alone, or side by side where two files belong together.

A sheet is the same work for ten images and for 100,000: at most PICTURES_A_SHEET are chosen, evenly. Pictures and
captions stay apart, so that a page can lay them out for a phone, and ids in any script can be read and searched.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from dermaflow.core.parallel import parallel_map
from dermaflow.quality.leaks import LINKS, THROUGH_OTHERS
from dermaflow.quality.thumbnails import PictureOf, thumbnail_of

PICTURES_A_SHEET = 48
_AND_MORE = re.compile(r" and \d+ more$")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A thumbnail and what is said of it."""

    image_id: str
    file: str
    label: str  # the diagnosis that it is filed under, else the label as stated; blank: it states none
    partition: str  # the official one; blank: none
    jpeg: bytes  # see `thumbnails`

    @property
    def address(self) -> str:
        """The thumbnail as a data: URL."""
        return f"data:image/jpeg;base64,{base64.b64encode(self.jpeg).decode()}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One finding: a picture, or two that belong together."""

    pictures: tuple[Picture, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown of one reason."""

    reason: str
    total: int  # files of this reason, shown or not
    unshown: int  # of those, files that are on no tile
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    image_id: str
    file: str
    other_file: str  # blank: none belongs to it
    evidence: str


def contact_sheets(quarantine: pd.DataFrame, lesions: pd.DataFrame, picture: PictureOf) -> tuple[Sheet, ...]:
    """A sheet a reason, the most frequent reason first.

    Args:
        quarantine: QUARANTINE_COLUMNS. Evidence that ends with the path of another file, alone or before
            "and N more", makes a pair with that file.
        lesions: INGESTED_COLUMNS.
    """
    rows_of = {str(reason): rows for reason, rows in quarantine.groupby("reason")}
    chosen = {reason: _evenly(rows_of[reason]) for reason in sorted(rows_of, key=lambda reason: -len(rows_of[reason]))}
    ends = {end for rows in chosen.values() for text in rows["evidence"] for end in _ends(text)}
    files = set(lesions.loc[lesions["file"].isin(ends), "file"])
    found = {
        reason: [
            _Finding(image_id, file, next((end for end in _ends(text) if end in files), ""), text)
            for image_id, file, text in rows[["image_id", "file", "evidence"]].itertuples(index=False)
        ]
        for reason, rows in chosen.items()
    }
    return _drawn(found, {reason: rows["file"] for reason, rows in rows_of.items()}, lesions, picture)


def leak_sheets(leaks: pd.DataFrame, lesions: pd.DataFrame, picture: PictureOf) -> tuple[Sheet, ...]:
    """A sheet a kind of link between a source's own test and train parts, the test image left; the strongest first.

    Args:
        leaks: LEAK_COLUMNS.
        lesions: INGESTED_COLUMNS.
    """
    links = {str(link): rows for link, rows in leaks.groupby("link")}
    found = {link: _paired(_evenly(links[link])) for link in (*LINKS.values(), THROUGH_OTHERS) if link in links}
    return _drawn(found, {link: rows["file"] for link, rows in links.items()}, lesions, picture)


def near_copy_sheet(accepted: pd.DataFrame, lesions: pd.DataFrame, picture: PictureOf) -> Sheet | None:
    """Accepted images that are near copies of each other, the first two of each group; none where there is no group.

    Args:
        accepted: ACCEPTED_COLUMNS.
        lesions: INGESTED_COLUMNS.
    """
    several = accepted[accepted["content_group"].duplicated(keep=False)].sort_values("content_group", kind="stable")
    if several.empty:
        return None
    place = several.groupby("content_group").cumcount()
    ones, others = several[place == 0], several[place == 1]
    chosen = _evenly(ones.assign(other_file=others["file"].to_numpy()))
    return _drawn({"near copies": _paired(chosen)}, {"near copies": several["file"]}, lesions, picture)[0]


def _paired(rows: pd.DataFrame) -> list[_Finding]:
    """Findings of rows with image_id, file and other_file."""
    columns = (rows[name].tolist() for name in ("image_id", "file", "other_file"))
    return [_Finding(image_id, file, other, "") for image_id, file, other in zip(*columns, strict=True)]


def _evenly(rows: pd.DataFrame) -> pd.DataFrame:
    """At most PICTURES_A_SHEET rows in equal steps from the first to the last, each image once."""
    rows = rows.drop_duplicates("image_id")
    places = np.linspace(0, len(rows) - 1, min(len(rows), PICTURES_A_SHEET)).round().astype(int)
    return rows.iloc[places]


def _ends(evidence: str) -> Iterator[str]:
    """Whatever may be a path at the end of a sentence: paths may hold blanks."""
    text = _AND_MORE.sub("", evidence)
    return (text[blank.end() :] for blank in re.finditer(" ", text))


def _drawn(
    found: Mapping[str, list[_Finding]], files_of: Mapping[str, pd.Series], lesions: pd.DataFrame, picture: PictureOf
) -> tuple[Sheet, ...]:
    shown = {reason: _within_a_sheet(findings) for reason, findings in found.items()}
    named = {file for findings in shown.values() for each in findings for file in (each.file, each.other_file)}
    rows = lesions.loc[lesions["file"].isin(named), ["image_id", "file", "label", "diagnosis", "official_partition"]]
    records = [{str(key): str(value) for key, value in row.items()} for row in rows.to_dict("records")]
    known = {(row["image_id"], row["file"]): row for row in records}
    by_file = {row["file"]: row for row in known.values()}
    tiles = {reason: [_members(each, known, by_file) for each in findings] for reason, findings in shown.items()}
    jpegs = _thumbnails([row["image_id"] for found in tiles.values() for rows in found for row in rows], picture)
    sheets = [
        Sheet(
            reason,
            len(files_of[reason]),
            int((~files_of[reason].isin({row["file"] for rows in tiles[reason] for row in rows})).sum()),
            tuple(
                Tile(tuple(_picture(row, jpegs) for row in rows), each.evidence)
                for each, rows in zip(shown[reason], tiles[reason], strict=True)
            ),
        )
        for reason in shown
    ]
    return tuple(sheets)


def _within_a_sheet(findings: Iterable[_Finding]) -> list[_Finding]:
    """As many findings as a sheet has room for; two files stand side by side once, whichever of them is named."""
    seen: set[frozenset[str]] = set()
    chosen: list[_Finding] = []
    room = PICTURES_A_SHEET
    for finding in findings:
        files = frozenset({finding.file, finding.other_file} - {""})
        if files not in seen and len(files) <= room:
            seen.add(files)
            room -= len(files)
            chosen.append(finding)
    return chosen


def _members(finding: _Finding, known: Mapping[tuple[str, str], Row], by_file: Mapping[str, Row]) -> list[Row]:
    own = known[finding.image_id, finding.file]
    return [own, by_file[finding.other_file]] if finding.other_file in by_file else [own]


def _thumbnails(image_ids: Sequence[str], picture: PictureOf) -> dict[str, bytes]:
    distinct = list(dict.fromkeys(image_ids))
    drawn = parallel_map(partial(thumbnail_of, picture=picture), distinct, "thumbnails drawn", threads=True)
    return dict(zip(distinct, drawn, strict=True))


def _picture(row: Row, jpegs: Mapping[str, bytes]) -> Picture:
    label = row["diagnosis"] or row["label"]
    return Picture(row["image_id"], row["file"], label, row["official_partition"], jpegs[row["image_id"]])
