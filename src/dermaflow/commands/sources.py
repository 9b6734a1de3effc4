"""`dermaflow sources PATH… [--authority PATH]…`: find out what paths hold, and name them in params.yaml.

    dermaflow sources "../shared/data/my images" --authority ../shared/data/isic2019
    dermaflow sources phantom

All is listed before anything is written: what a run would refuse is refused here, and params.yaml stays as it was.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from dermaflow.commands.set_params import edit_params
from dermaflow.core import paths
from dermaflow.core.errors import SourceError
from dermaflow.core.params import load_params
from dermaflow.sources.authorities import authority_name, stated_by_all
from dermaflow.sources.catalogues import catalogues_of
from dermaflow.sources.detect import detected, detected_authority
from dermaflow.sources.names import collection_name
from dermaflow.sources.offers import Catalogue
from dermaflow.sources.params import Authority, ChallengeSource, FolderSource, IngestParams, Source

_SOME = 12  # labels told of a source


def sources(named: Sequence[str], authorities: Sequence[str]) -> None:
    """Write ingest.sources and ingest.authorities; where none are named, those that stand are kept.

    Args:
        named: paths, or the word phantom.
        authorities: paths of tables, or of folders of tables.

    Raises:
        SourceError: a path holds nothing that is known, or what a run would refuse.
        ParamsError: params.yaml is not usable.
    """
    if not named and not authorities:
        raise SourceError("expected paths of sources, or --authority with one; received none")
    before = load_params("ingest", IngestParams)
    found = _told_apart([_as_before(detected(name), before) for name in named]) if named else before.sources
    believed = [detected_authority(name) for name in authorities] if authorities else before.authorities
    params = before.model_copy(update={"sources": found, "authorities": believed})
    stated = stated_by_all(params.authorities)
    catalogues = catalogues_of(params)
    edit_params(lambda content: _write(content["ingest"], params), paths.PARAMS)
    for source, catalogue in zip(params.sources, catalogues, strict=True):
        _tell(source, catalogue)
    for authority in params.authorities:
        name = authority_name(authority)
        print(f"authority {name}: {len(stated[name]):,} pictures in {', '.join(authority.tables)}", flush=True)


def _as_before(found: Source, before: IngestParams) -> Source:
    """The same with the name and the labels that params.yaml has for it, if it stands there already."""
    bare = {"name": "", "labels": {}}
    alike = (each for each in before.sources if isinstance(each, FolderSource | ChallengeSource))
    return next((each for each in alike if each.model_copy(update=bare) == found), found)


def _told_apart(found: Sequence[Source]) -> list[Source]:
    """Sources of one name get that of the folder above in front, so that each is known by its own."""
    named = {number: collection_name(place) for number, source in enumerate(found) if (place := _place(source))}
    often = Counter(named.values())
    return [
        source.model_copy(update={"name": f"{place.resolve().parent.name}-{named[number]}"})
        if (place := _place(source)) and often[named[number]] > 1
        else source
        for number, source in enumerate(found)
    ]


def _place(source: Source) -> Path | None:
    """After which path a source is named, if after one and not by whoever wrote params.yaml."""
    if not isinstance(source, FolderSource | ChallengeSource) or source.name:
        return None
    return Path(source.path if isinstance(source, FolderSource) else source.tables[0]).expanduser()


def _write(section: CommentedMap, params: IngestParams) -> None:
    _replace(section, "sources", params.sources)
    _replace(section, "authorities", params.authorities)


def _replace(section: CommentedMap, key: str, values: Sequence[Source | Authority]) -> None:
    """Put other items in place of a list's, in block style; what stands is left alone where nothing changes."""
    plain = [value.model_dump(exclude_defaults=True) for value in values]
    if section[key] == plain:
        return
    items = CommentedSeq(CommentedMap(item) for item in plain)
    if not items:
        items.fa.set_flow_style()
    section[key] = items


def _tell(source: Source, catalogue: Catalogue) -> None:
    labels = Counter(offer.label for offer in catalogue.offers)
    told = ", ".join(f"{label or 'no label'} {count:,}" for label, count in labels.most_common(_SOME))
    more = f" and {len(labels) - _SOME} more" if len(labels) > _SOME else ""
    names = " and ".join(sorted({offer.source for offer in catalogue.offers}))
    print(f"{names}: {len(catalogue.offers):,} images ({_kind(source)}): {told}{more}")
    for note in catalogue.notes:
        print(f"  {note}", flush=True)


def _kind(source: Source) -> str:
    if isinstance(source, FolderSource):
        return f"class folders in {source.path}"
    if isinstance(source, ChallengeSource):
        return f"{', '.join(source.tables)} with {source.images}"
    return {"phantom": "generated", "isic_archive": "the ISIC Archive"}[source.kind]
