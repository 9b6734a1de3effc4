"""From the section `ingest` of params.yaml to what all its sources offer together."""

from collections.abc import Callable, Sequence
from pathlib import Path

from dermaflow.core.errors import SourceError
from dermaflow.sources.challenge import challenge_catalogue
from dermaflow.sources.folder import folder_catalogue
from dermaflow.sources.isic_archive import archive_catalogue
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.params import ArchiveSource, ChallengeSource, FolderSource, IngestParams, PhantomParams, Source
from dermaflow.sources.phantom import phantom_catalogue


def catalogue_of(source: Source, phantom: PhantomParams) -> Catalogue:
    """What one source offers at this moment.

    Raises:
        SourceError: it is missing, malformed, unsafe, or labels something unknown.
    """
    if isinstance(source, FolderSource):
        return folder_catalogue(Path(source.path).expanduser(), source.name, source.labels)
    if isinstance(source, ChallengeSource):
        return challenge_catalogue(source)
    if isinstance(source, ArchiveSource):
        return archive_catalogue(source)
    return phantom_catalogue(phantom)


def catalogues_of(params: IngestParams) -> tuple[Catalogue, ...]:
    """What every source offers, in the order of the parameters.

    Raises:
        SourceError: as for `catalogue_of`, or two sources are of one name.
    """
    catalogues = tuple(catalogue_of(source, params.phantom) for source in params.sources)
    known: dict[str, int] = {}
    for number, catalogue in enumerate(catalogues, 1):
        for name in sorted({offer.source for offer in catalogue.offers}):
            if known.setdefault(name, number) != number:
                raise SourceError(
                    f"the sources number {known[name]} and {number} of ingest.sources are both named '{name}': "
                    "give one of them another `name`, or take it out if it is there twice"
                )
    return catalogues


def offers_of(catalogues: Sequence[Catalogue]) -> tuple[Offer, ...]:
    """All offers, source after source."""
    return tuple(offer for catalogue in catalogues for offer in catalogue.offers)


def fetch_from(catalogues: Sequence[Catalogue]) -> Callable[[Offer], bytes]:
    """A way to the bytes of any offer of these catalogues."""
    fetchers = {offer.source: catalogue.fetch for catalogue in catalogues for offer in catalogue.offers}
    return lambda offer: fetchers[offer.source](offer)
