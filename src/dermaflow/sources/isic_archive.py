"""The ISIC Archive, or what speaks its API: the images that a query, collections or ids name.

Kept are public dermoscopic images under a licence that is allowed; what is left out is counted, by reason.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from dermaflow.core.clinical import SEXES
from dermaflow.core.errors import SourceError
from dermaflow.core.taxonomy import is_known, meanings_of
from dermaflow.sources.isic_archive_client import ArchiveClient, stated_client
from dermaflow.sources.isic_archive_download import download
from dermaflow.sources.isic_archive_listing import list_by_id, list_records, read_ids
from dermaflow.sources.isic_archive_records import Record, RemoteFile
from dermaflow.sources.names import slug
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.params import ArchiveSource

BATCH = 200  # images between two savings of the index
IMAGE_TYPE = "dermoscopic"
NAME = "isic-archive"
SHOWN = 5  # labels or ids in one note


def archive_catalogue(params: ArchiveSource) -> Catalogue:
    """List what the archive that the environment names offers; no image is downloaded.

    Raises:
        SourceError: the archive cannot be reached, refuses, contradicts itself, answers malformed records,
            labels something unknown, or offers nothing that may be used.
    """
    return catalogue_of(stated_client(params.downloads), params)


def catalogue_of(client: ArchiveClient, params: ArchiveSource) -> Catalogue:
    """List what an archive offers, as `archive_catalogue` does."""
    source = slug(params.name or NAME)
    seen, absent = _listed(client, params, source)
    kept = sorted((one for one in seen if one.offer), key=lambda one: one.isic_id)
    notes = [f"{source}: {text}" for text in [*absent, *_left_out(seen), *_label_notes(kept)]]
    if not kept:
        raise SourceError("; ".join([f"{source}: no image left to use of {len(seen):,} listed", *notes]))
    _refuse_unknown(kept)
    offers = tuple(one.offer for one in kept if one.offer)
    files = {one.isic_id: one.file for one in kept if one.file}
    return Catalogue(offers, partial(download, client, files), tuple(notes), params.downloads, BATCH)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of a record while hundreds of thousands are listed."""

    isic_id: str
    left_out: str = ""  # why; then there is neither an offer nor a file
    offer: Offer | None = None
    file: RemoteFile | None = None
    label: str = ""  # the finest that is stated
    known: bool = True  # a level of the label, or what params say of it


def _listed(client: ArchiveClient, params: ArchiveSource, source: str) -> tuple[list[_Seen], list[str]]:
    """What is listed, and a note on ids that are not."""
    keep = partial(_seen, params=params, source=source)
    if not params.ids:
        return list(list_records(client, params.query, params.collections, keep).values()), []
    ids = read_ids(params.ids)
    found = list_by_id(client, ids, params.query, params.collections, keep)
    absent = sorted(set(ids) - found.keys())
    some = ", ".join(absent[:SHOWN]) + (", …" if len(absent) > SHOWN else "")
    note = f"{len(absent):,} of {len(ids):,} ids asked for are not there, withdrawn or not shown: {some}"
    return list(found.values()), [note] if absent else []


def _seen(record: Record, params: ArchiveSource, source: str) -> _Seen:
    reason = _reason(record, params.licences)
    if reason:
        return _Seen(record.isic_id, reason)
    for label in record.labels:
        meant = params.labels.get(label, label)
        if is_known(meant):
            offer = _offer(record, label, next(iter(meanings_of(meant)), ""), source)
            return _Seen(record.isic_id, "", offer, record.files.full, record.labels[0])
    finest = "".join(record.labels[:1])
    return _Seen(record.isic_id, "", _offer(record, "", "", source), record.files.full, finest, known=not finest)


def _reason(record: Record, licences: Iterable[str]) -> str:
    """Why a record is left out; blank: it is not."""
    if not record.public:
        return "not public"
    image_type = record.metadata.acquisition.image_type
    if image_type != IMAGE_TYPE:
        return f"image type {image_type or 'not stated'}"
    if record.copyright_license not in licences:
        return f"licence {record.copyright_license or 'not stated'}"
    return ""


def _left_out(seen: Iterable[_Seen]) -> list[str]:
    reasons = Counter(one.left_out for one in seen if one.left_out)
    return [f"images left out: {count:,} ({reason})" for reason, count in reasons.most_common()]


def _label_notes(kept: Iterable[_Seen]) -> list[str]:
    """What the labels do not settle, so that nothing is passed over in silence."""
    known = [(one.label, one.offer) for one in kept if one.known and one.offer]
    broader = Counter(label for label, offer in known if offer.label != label)
    none = Counter(offer.label or "not stated" for _, offer in known if not offer.diagnosis)
    return [
        f"images {what}: {counts.total():,} ({_tally(counts)})"
        for what, counts in (
            ("with an unknown label that go by its broader level", broader),
            ("whose label names no diagnosis known here", none),
        )
        if counts
    ]


def _refuse_unknown(kept: Iterable[_Seen]) -> None:
    """Raise SourceError where no level of a label is known; of all such labels at once."""
    unknown = Counter(one.label for one in kept if not one.known)
    for label in unknown:
        try:
            meanings_of(label)
        except SourceError as error:
            example = next(one.isic_id for one in kept if not one.known)
            raise SourceError(
                f"{example}: {error}; unknown in all: {_tally(unknown)}; say in ingest.sources, labels what they mean"
            ) from error


def _offer(record: Record, label: str, diagnosis: str, source: str) -> Offer:
    clinical = record.metadata.clinical
    return Offer(
        name=record.isic_id,
        file=f"{record.isic_id}.jpg",
        diagnosis=diagnosis,
        label=label,
        labelled_by="archive",
        source=source,
        state=record.state,
        reference=record.isic_id,
        isic_id=record.isic_id,
        lesion_id=clinical.lesion_id or "",
        patient_id=clinical.patient_id or "",
        age="" if clinical.age_approx is None else f"{clinical.age_approx:g}",
        sex=clinical.sex if clinical.sex in SEXES else "",
        site=clinical.anatom_site_general or "",
        licence=record.copyright_license,
        attribution=record.attribution,
    )


def _tally(counts: Counter[str]) -> str:
    """The most frequent, each with its number."""
    some = ", ".join(f"{label} {count:,}" for label, count in counts.most_common(SHOWN))
    return some + (", …" if len(counts) > SHOWN else "")
