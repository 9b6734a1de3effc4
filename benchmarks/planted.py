"""Copies planted among images: recompressed, resized, turned, cropped, and all of it at once."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from dermaflow.core.parallel import parallel_map
from dermaflow.core.seeds import generator
from dermaflow.quality.perceptual import thumbnail_of

KINDS = ("jpeg", "resized", "turned", "cropped", "all of it")
_ORIENTATIONS = (None, *Image.Transpose)
_FILTERS = (Image.Resampling.LANCZOS, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)


def planted(paths: list[Path]) -> np.ndarray:
    """The thumbnails of each image and of its copies, a copy of each kind: (images, 1 + kinds, bytes)."""
    return np.stack(parallel_map(_thumbnails, paths, "images copied"))


def _thumbnails(path: Path) -> np.ndarray:
    image = Image.open(path).convert("RGB")
    copies = [copied(image, kind, generator(7, "planted copy", f"{path.stem} {kind}")) for kind in KINDS]
    return np.stack([np.frombuffer(thumbnail_of(picture), np.uint8) for picture in (image, *copies)])


def copied(image: Image.Image, kind: str, rng: np.random.Generator) -> Image.Image:
    """A copy of one of KINDS, each of its measures drawn evenly from the range that is named here."""
    every = kind == "all of it"
    if every or kind == "turned":
        orientation = _ORIENTATIONS[rng.integers(0 if every else 1, 8)]
        image = image if orientation is None else image.transpose(orientation)
    if every or kind == "cropped":
        left, upper, right, lower = rng.uniform(0 if every else 0.01, 0.05, 4) * [*image.size, *image.size]
        image = image.crop((round(left), round(upper), round(image.width - right), round(image.height - lower)))
    if every or kind == "resized":
        size = [max(1, round(side)) for side in rng.uniform(0.5, 0.9) * np.array(image.size)]
        image = image.resize((size[0], size[1]), _FILTERS[rng.integers(len(_FILTERS))])
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(rng.integers(30, 91)) if every or kind == "jpeg" else 90)
    return Image.open(file)
