"""What share of damaged pictures, and of pictures of something else, the faults find; of sound ones it must be none.

Run     python benchmarks/damaged_images.py [FOLDER of JPEG files; without one, phantoms are drawn]
"""

import io
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from phantoms import drawn
from PIL import Image, ImageDraw, ImageFilter
from sklearn.datasets import load_sample_images

from dermaflow.core.parallel import parallel_map
from dermaflow.quality.facts import measure
from dermaflow.quality.faults import fault_of

IMAGES = 400
MIN_SIDE_PX = 32
DRAWINGS = 60


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = _sample(Path(sys.argv[1])) if sys.argv[1:] else drawn(Path(folder), IMAGES)
        found = [*parallel_map(_found_in_damaged, files, "images damaged"), *map(_found_in_others, range(DRAWINGS))]
    for kind in dict.fromkeys(kind for reasons in found for kind in reasons):
        reasons = Counter(reason for each in found for name, reason in each.items() if name == kind)
        told = "  ".join(f"{reason} {n / reasons.total():.1%}" for reason, n in reasons.most_common())
        print(f"{kind:<16} {reasons.total():4}   {told}")


def _sample(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*.jpg"))
    return files[:: max(1, len(files) // IMAGES)]


def _found_in_damaged(file: Path) -> dict[str, str]:
    image = Image.open(file).convert("RGB")
    return {"sound": _reason(file.read_bytes())} | {kind: _reason(_jpeg(picture)) for kind, picture in _damaged(image)}


def _damaged(image: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    for radius in (0.5, 1, 1.5, 2, 3, 4, 6):
        blurred = image.filter(ImageFilter.GaussianBlur(radius * min(image.size) / 128))
        yield f"blur {radius}/128", blurred
    for stops in (0.5, 1, 1.5, 2, -1, -1.5, -2, -3):
        yield f"light {stops:+} EV", image.point([min(255, round(level * 2**stops)) for level in range(256)] * 3)
    yield "JPEG quality 20", Image.open(io.BytesIO(_jpeg(image, 20)))
    yield "4 times larger", image.resize((image.width * 4, image.height * 4), Image.Resampling.BICUBIC)
    yield "strip 3:1", image.crop((0, 0, image.width, image.width // 3)).resize((360, 120))


def _found_in_others(seed: int) -> dict[str, str]:
    rng = np.random.default_rng(seed)
    return {draw.__name__.strip("_"): _reason(_jpeg(draw(rng))) for draw in OTHERS}


def _page(rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (600, 450), tuple(rng.integers(225, 256, 3).tolist()))
    for line in range(20, 430, 18):
        text = "".join(rng.choice(list("abcdefgh ijklm nop qrst"), 90))
        ImageDraw.Draw(image).text((20, line), text, fill=(20, 20, 30))
    return image


def _chart(rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (640, 480), tuple(rng.integers(200, 256, 3).tolist()))
    for bar in range(8):
        colour = tuple(rng.integers(0, 256, 3).tolist())
        ImageDraw.Draw(image).rectangle((70 + 65 * bar, int(rng.integers(60, 400)), 120 + 65 * bar, 440), fill=colour)
    return image


def _landscape(rng: np.random.Generator) -> Image.Image:
    height = np.linspace(0, 1, 450)[:, None, None]
    horizon = rng.uniform(0.35, 0.65)
    sky = [110, 160, 225] + height / horizon * np.array([90, 60, 20])
    meadow = [60, 110, 40] * rng.uniform(0.6, 1.2, (1, 1, 1)) + rng.normal(0, 18, (450, 600, 1))
    return _picture(np.where(height < horizon, sky, meadow) + rng.normal(0, 3, (450, 600, 3)))


def _noise(rng: np.random.Generator) -> Image.Image:
    return _picture(rng.uniform(0, 256, (300, 400, 3)))


def _photograph(rng: np.random.Generator) -> Image.Image:
    """A part of a street in China, or of a flower on a meadow."""
    image = Image.fromarray(load_sample_images().images[rng.integers(2)])
    left, upper = rng.integers(0, 200, 2).tolist()
    return image.crop((left, upper, left + 300, upper + 220))


OTHERS: tuple[Callable[[np.random.Generator], Image.Image], ...] = (_page, _chart, _landscape, _noise, _photograph)


def _picture(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _jpeg(image: Image.Image, quality: int = 90) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _reason(data: bytes) -> str:
    fault = fault_of(vars(measure("", data)), MIN_SIDE_PX)
    return fault.reason if fault else "none"


if __name__ == "__main__":
    main()
