"""Phantom images on disk for the benchmarks: not measured, the same for both sides."""

from pathlib import Path

from dermaflow.core.parallel import parallel_map
from dermaflow.sources.params import PhantomParams
from dermaflow.sources.phantom import phantom_catalogue


def drawn(folder: Path, count: int, size_px: int = 180) -> list[Path]:
    """Draw `count` phantom images into `folder`; their paths."""
    params = PhantomParams(
        lesions=count, image_size_px=size_px, seed=1, byte_copies=0, near_copies=0, contradictions=0, truncated=0
    )
    catalogue = phantom_catalogue(params)
    offers = catalogue.offers[:count]
    paths = [folder / f"{offer.name}.jpg" for offer in offers]
    for path, data in zip(paths, parallel_map(catalogue.fetch, offers, "images drawn"), strict=True):
        path.write_bytes(data)
    return paths
