"""Read a collection without keeping it: every file is fetched, measured and forgotten, on all cores."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from dermaflow.core.files import sha256_hex
from dermaflow.core.parallel import parallel_map
from dermaflow.quality.facts import ImageFacts, facts_table, measure
from dermaflow.quality.thumbnails import PictureOf
from dermaflow.sources.index import Content
from dermaflow.sources.names import assign_ids
from dermaflow.sources.offers import Catalogue, Offer, is_generated
from dermaflow.sources.rows import table_of


@dataclass(frozen=True)
class Reading:
    """What an audit needs to have of a collection."""

    lesions: pd.DataFrame  # INGESTED_COLUMNS, a row a file
    facts: pd.DataFrame  # see quality/facts.py, a row an image
    picture: PictureOf  # fetches the file again


def read_all(catalogue: Catalogue) -> Reading:
    """Fetch and measure everything that a source offers.

    Raises:
        SourceError: a file cannot be had at all, or is refused as dangerous.
        OSError: likewise.
    """
    work, waits = partial(_seen, catalogue.fetch), catalogue.downloads
    seen = parallel_map(work, catalogue.offers, "files read", waits or None, threads=waits > 0)
    contents = [content for content, _ in seen]
    names = [(offer.name, content.sha256) for offer, content in zip(catalogue.offers, contents, strict=True)]
    lesions = table_of(catalogue.offers, contents, assign_ids(names, {}))
    first: dict[str, int] = {}
    for place, image_id in enumerate(lesions["image_id"]):
        first.setdefault(image_id, place)
    offers = {image_id: catalogue.offers[place] for image_id, place in first.items()}
    measured = [replace(seen[place][1], image_id=image_id) for image_id, place in first.items()]
    return Reading(lesions, facts_table(measured), lambda image_id: catalogue.fetch(offers[image_id]))


def _seen(fetch: Callable[[Offer], bytes], offer: Offer) -> tuple[Content, ImageFacts]:
    data = fetch(offer)
    return Content(offer.state, sha256_hex(data), is_generated(data)), measure("", data)
