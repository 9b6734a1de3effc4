"""The bytes of one image of the ISIC Archive, checked before they count: as many as stated, and decoded whole."""

from collections.abc import Mapping

from dermaflow.core.errors import ImageError, SourceError
from dermaflow.core.images import open_image
from dermaflow.sources.isic_archive_client import ATTEMPTS, ArchiveClient, BrokenAnswerError
from dermaflow.sources.isic_archive_records import RemoteFile, read_record
from dermaflow.sources.offers import Offer


def download(client: ArchiveClient, files: Mapping[str, RemoteFile], offer: Offer) -> bytes:
    """Download the image of an offer; where its address has expired, ask the archive for a fresh one.

    Args:
        client: the archive.
        files: the file of every image by its ISIC id, as the listing gave it.
        offer: its reference is the ISIC id, its state that of the record it was made from.

    Raises:
        SourceError: no attempt brought the whole image, or the image has changed or gone since it was listed.
    """
    file = files[offer.reference]
    for attempt in range(ATTEMPTS):
        if attempt:
            client.pause(attempt)
            file = _fresh(client, offer)
        try:
            return _whole(client.file(file))
        except SourceError as error:
            fault = error
    raise SourceError(
        f"{offer.reference}: expected an image of {file.size:,} bytes, but {fault} (the last of {ATTEMPTS} attempts); "
        f"run again, or leave it out: AND -isic_id:{offer.reference} in the query"
    ) from fault


def _whole(data: bytes) -> bytes:
    try:
        open_image(data)
    except ImageError as error:
        raise BrokenAnswerError(f"what came is no whole image: {error}") from error
    return data


def _fresh(client: ArchiveClient, offer: Offer) -> RemoteFile:
    """The file of an image as the archive names it now."""
    body = client.record(offer.reference)
    if body is None:
        raise SourceError(f"{offer.reference} was listed by the ISIC Archive and is gone now; run again")
    record = read_record(body)
    if record.isic_id != offer.reference or record.state != offer.state:
        raise SourceError(f"{offer.reference} has changed in the ISIC Archive since it was listed; run again")
    return record.files.full
