"""One HTML page that tells a stranger what is in a collection of images: no network, no script, pictures inside.

Text is escaped wherever it comes from: names of files and labels are whatever somebody wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from dermaflow.quality import pages, report_tables, report_template
from dermaflow.quality.audit import Audit
from dermaflow.quality.conclusion import conclusion_of, weight_of
from dermaflow.quality.contact_sheets import Sheet, contact_sheets, leak_sheets, near_copy_sheet
from dermaflow.quality.reasons import Explanation, explained
from dermaflow.quality.thumbnails import PictureOf
from dermaflow.quality.verdict import HARMLESS_REASONS

_TEMPLATES = {
    "page": report_template.PAGE,
    "beginning": report_template.BEGINNING,
    "quarantine": report_template.QUARANTINE,
    "leaks": report_template.LEAKS,
    "corrections": report_template.CORRECTIONS,
    "copies": report_template.COPIES,
    "shortcuts": report_template.SHORTCUTS,
    "tables": report_template.TABLES,
    "expectations": report_template.EXPECTATIONS,
    "macros": report_template.MACROS,
}
_ALL_PARTS = ("beginning", "quarantine", "leaks", "corrections", "copies", "shortcuts", "tables", "expectations")
_CONTENTS = (
    ("story", "What was found"),
    ("quarantine", "What cannot be used"),
    ("pictures", "Pictures"),
    ("leaks", "Test and training"),
    ("corrections", "Corrections"),
    ("copies", "Near copies"),
    ("shortcuts", "Shortcuts"),
    ("diagnoses", "Diagnoses"),
    ("images", "Images and people"),
    ("expectations", "Expectations"),
)


@dataclass(frozen=True)
class _Reason:
    name: str
    count: int
    share: float  # of the most frequent reason, 0..1
    harmless: bool
    told: Explanation
    sheet: Sheet | None


def report_page(audit: Audit, looked_at: Mapping[str, str], expectations_html: str, picture: PictureOf) -> str:
    """The whole report.

    Args:
        looked_at: what the reader is told of the collection before anything else: a name and a value each.
        expectations_html: a page of Data Docs as `pages.standing_alone` makes it, which is trusted to be escaped.
        picture: gives an image file by image_id; asked for a bounded number of images.
    """
    title = f"What is in {looked_at['collection']}" if "collection" in looked_at else "What is in these images"
    return _rendered(audit, title, looked_at, expectations_html, picture)


def data_docs_page(audit: Audit, expectations_html: str, picture: PictureOf, warnings: Sequence[str] = ()) -> str:
    """The page of the stage `validate`: the report on what was ingested, what must hold of it below.

    Args:
        expectations_html, picture: as for `report_page`.
        warnings: sentences on what does not stop a run, such as drift.
    """
    n_sources = audit.lesions["source"].nunique()
    looked_at = {"sources": ", ".join(sorted(audit.lesions["source"].unique())[:20])} if n_sources else {}
    return _rendered(audit, "What was validated", looked_at, expectations_html, picture, warnings)


def _rendered(
    audit: Audit,
    title: str,
    looked_at: Mapping[str, str],
    expectations_html: str,
    picture: PictureOf,
    warnings: Sequence[str] = (),
) -> str:
    environment = Environment(
        loader=DictLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    values = _values(audit, contact_sheets(audit.quarantine, audit.lesions, picture)) | {
        "title": title,
        "style": Markup(pages.STYLE + report_template.STYLE),  # noqa: S704 - constants of ours
        "parts": _ALL_PARTS,
        "looked_at": tuple(looked_at.items()),
        "warnings": tuple(warnings),
        "leaks": leak_sheets(audit.leaks, audit.lesions, picture),
        "copies": near_copy_sheet(audit.accepted, audit.lesions, picture),
        "expectations": Markup(pages.body_of(expectations_html)),  # noqa: S704 - escaped by the renderer of Data Docs
    }
    shown = {
        "pictures": len(audit.quarantine) > 0,
        "leaks": audit.verdict["official_test"] > 0,
        "corrections": len(audit.corrections) > 0,
        "copies": audit.verdict["near_copy_groups"] > 0,
    }
    contents = tuple(entry for entry in _CONTENTS if shown.get(entry[0], True))
    return environment.get_template("page").render(values, contents=contents)


def _values(audit: Audit, sheets: Sequence[Sheet]) -> dict[str, Any]:
    verdict = audit.verdict
    return {
        "phantom": verdict["phantom"],
        "conclusion": conclusion_of(verdict, audit.shortcuts),
        "figures": tuple(_figures(audit)),
        "story": audit.story,
        "reasons": tuple(_reasons(verdict["quarantined"], sheets)),
        "official_test": verdict["official_test"],
        "leak_total": sum(verdict["leaks"].values()),
        "corrections": report_tables.corrections(audit.corrections),
        "shortcuts": audit.shortcuts,
        "weight_of": weight_of,
        "diagnoses": report_tables.diagnoses(audit.lesions, audit.accepted),
        "images": report_tables.images(audit.facts),
        "people": report_tables.people(audit.lesions),
    }


def _figures(audit: Audit) -> list[tuple[str, str]]:
    verdict = audit.verdict
    figures = {
        "files found": verdict["images_found"],
        "can be used": verdict["images_accepted"],
        "left out": len(audit.quarantine),
        "labels corrected": sum(verdict["corrected"].values()),
    }
    told = [(words, f"{figure:,}") for words, figure in figures.items() if figure or words == "can be used"]
    if verdict["official_test"]:
        told.append(("test images leak", f"{sum(verdict['leaks'].values()):,} of {verdict['official_test']:,}"))
    return told


def _reasons(counts: Mapping[str, int], sheets: Sequence[Sheet]) -> list[_Reason]:
    """The reasons, what speaks against files first, then by frequency."""
    by_name = {sheet.reason: sheet for sheet in sheets}
    largest = max([1, *counts.values()])
    return [
        _Reason(name, count, count / largest, name in HARMLESS_REASONS, explained(name), by_name.get(name))
        for name, count in sorted(counts.items(), key=lambda item: (item[0] in HARMLESS_REASONS, -item[1]))
    ]
