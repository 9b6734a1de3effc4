"""Which layer and which distance tell odd pictures from lesions: where the choice in model.familiarity is from.

It was made on changed lesions and a portrait; the strangers of evaluation.strangers are printed for the winner alone.

Run     python benchmarks/unfamiliar.py HAM10000_FOLDER ISIC9_FOLDER WEIGHTS_OF_MOBILENETV2
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from PIL import Image, ImageFilter
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_auc_score

from dermaflow.core.images import decode_rgb, load_rgb, resized
from dermaflow.core.seeds import generator
from dermaflow.evaluation.strangers import KINDS, draw_strangers
from dermaflow.model.backend import keras
from dermaflow.model.familiarity import distance_of, fit_familiarity

SIZE_PX = 192
LESIONS = {"train": 550, "validation": 220, "choice": 100, "test": 150}
ALTERED, STRANGERS = 15, 20
SAMPLES = Path(mpl.get_data_path()) / "sample_data"
VIENNA = range(24306, 34321)  # the ISIC numbers of HAM10000
LAYERS = ("block_3_expand_relu", "block_6_expand_relu", "block_9_add", "block_12_add", "out_relu")
Rows = np.ndarray
Method = Callable[[Rows, Rows, Rows], Rows]  # training rows, their labels, rows asked about: a distance each


def main() -> None:
    ham, isic9, weights = map(Path, sys.argv[1:])
    table = _lesions(ham)
    images = {
        part: [load_rgb(ham / f"images/{name}.jpg", SIZE_PX) for name in rows["image_id"]] for part, rows in table
    }
    labels = np.unique(dict(table)["train"]["dx"], return_inverse=True)[1]
    images |= {f"odd: {kind}": pictures for kind, pictures in _altered(images["choice"])}
    images |= {f"elsewhere: {kind}": pictures for kind, pictures in _elsewhere(isic9)}
    strangers = draw_strangers(SIZE_PX, STRANGERS, seed=3)
    named = np.array(strangers.kinds)
    images |= {f"held out: {kind}": list(strangers.images[named == kind]) for kind in KINDS}
    layers = _embedded(images, weights)
    for layer, rows in layers.items():
        for name, method in METHODS.items():
            _tell(f"{layer}, {name}", rows, labels, method, {k for k in rows if not k.startswith("held out")})
    held_out = {kind for kind in images if not kind.startswith("odd")}
    _tell("block_9_add, Gaussian, balanced", layers["block_9_add"], labels, METHODS["Gaussian, balanced"], held_out)


def _lesions(folder: Path) -> list[tuple[str, pd.DataFrame]]:
    """One image a lesion, drawn at random, in parts."""
    table = pd.read_csv(folder / "HAM10000_metadata.csv").sort_values("image_id").drop_duplicates("lesion_id")
    order = generator("lesions", 0).permutation(len(table))
    starts = np.cumsum([0, *LESIONS.values()])
    return [
        (part, table.iloc[order[start : start + n]]) for (part, n), start in zip(LESIONS.items(), starts, strict=False)
    ]


def _altered(images: list[Rows]) -> Iterator[tuple[str, list[Rows]]]:
    """Lesions that no camera gives, and a portrait."""
    parts = [images[start : start + ALTERED] for start in range(0, 6 * ALTERED, ALTERED)]
    rng = generator("altered", 0)
    yield "grey", [np.asarray(Image.fromarray(x).convert("L").convert("RGB")) for x in parts[0]]
    yield "inverted", [255 - x for x in parts[1]]
    yield "blurred", [np.asarray(Image.fromarray(x).filter(ImageFilter.GaussianBlur(SIZE_PX / 16))) for x in parts[2]]
    yield "red for blue", [x[..., ::-1] for x in parts[3]]
    yield "dark", [x // 10 for x in parts[4]]
    yield "shuffled", [_shuffled(x, rng) for x in parts[5]]
    portrait = decode_rgb((SAMPLES / "grace_hopper.jpg").read_bytes())
    yield "portrait", [_crop(portrait, rng) for _ in range(ALTERED)]


def _shuffled(image: Rows, rng: np.random.Generator) -> Rows:
    cells = (
        image.reshape(4, SIZE_PX // 4, 4, SIZE_PX // 4, 3).transpose(0, 2, 1, 3, 4).reshape(16, *[SIZE_PX // 4] * 2, 3)
    )
    mixed = cells[rng.permutation(16)].reshape(4, 4, SIZE_PX // 4, SIZE_PX // 4, 3)
    return mixed.transpose(0, 2, 1, 3, 4).reshape(SIZE_PX, SIZE_PX, 3)


def _crop(image: Rows, rng: np.random.Generator) -> Rows:
    side = int(min(image.shape[:2]) * rng.uniform(0.3, 1))
    top, left = rng.integers(0, image.shape[0] - side + 1), rng.integers(0, image.shape[1] - side + 1)
    return resized(np.ascontiguousarray(image[top : top + side, left : left + side]), SIZE_PX)


def _elsewhere(folder: Path) -> Iterator[tuple[str, list[Rows]]]:
    """Lesions of other clinics, and HAM10000's own in files of another size and compression."""
    files = sorted({path.stem[:12]: path for path in folder.glob("*/*/*.jpg")}.values())
    from_vienna = np.array([int(path.stem[5:12]) in VIENNA for path in files])
    for kind, chosen, n in (("other clinics", ~from_vienna, 100), ("same clinic, other files", from_vienna, 40)):
        rows = generator(kind, 0).permutation(np.flatnonzero(chosen))[:n]
        yield kind, [load_rgb(files[row], SIZE_PX) for row in rows]


def _embedded(images: dict[str, list[Rows]], weights: Path) -> dict[str, dict[str, Rows]]:
    """The pooled activations of every image at each of LAYERS."""
    network = keras.applications.MobileNetV2(input_shape=(SIZE_PX, SIZE_PX, 3), include_top=False, weights=None)
    network.load_weights(weights)
    pooled = [keras.layers.GlobalAveragePooling2D()(network.get_layer(layer).output) for layer in LAYERS]
    model = keras.Model(network.input, pooled)
    every = np.concatenate([np.stack(part) for part in images.values()]).astype(np.float32) / 127.5 - 1
    ends = np.cumsum([len(part) for part in images.values()])[:-1]
    found = model.predict(every, batch_size=32, verbose=0)
    return {
        layer: dict(zip(images, np.split(rows, ends), strict=True)) for layer, rows in zip(LAYERS, found, strict=True)
    }


def _tell(name: str, rows: dict[str, Rows], labels: Rows, method: Method, shown: set[str]) -> None:
    ends = np.cumsum([len(part) for part in rows.values()])[:-1]
    everything = method(rows["train"], labels, np.concatenate(list(rows.values())))
    asked = dict(zip(rows, np.split(everything, ends), strict=True))
    limit = np.quantile(asked["validation"], 0.99, method="higher")
    known = np.concatenate([asked["choice"], asked["test"]])
    odd = [kind for kind in asked if kind in shown and kind.startswith(("odd", "held out"))]
    areas = [roc_auc_score([0] * len(known) + [1] * len(asked[k]), [*known, *asked[k]]) for k in odd]
    flagged = {kind: (asked[kind] > limit).mean() for kind in asked if kind in shown and kind != "train"}
    print(f"{name}: mean AUROC {np.mean(areas):.3f}, flagged {np.mean([flagged[kind] for kind in odd]):.2f}")
    print("   ", ", ".join(f"{kind} {share:.2f}" for kind, share in flagged.items()))


def _gaussian(train: Rows, labels: Rows, asked: Rows) -> Rows:
    return distance_of(asked, fit_familiarity(train, labels, train))


def _standard(train: Rows, rows: Rows) -> Rows:
    return (rows - train.mean(axis=0)) / np.sqrt(train.var(axis=0) + 1e-3 * train.var(axis=0).mean())


def _squares(residuals: Rows, rows: Rows, means: Rows) -> Rows:
    """The smallest squared Mahalanobis distance from one of the means, (k, d)."""
    precision = np.linalg.inv(LedoitWolf(assume_centered=True).fit(residuals).covariance_)
    return np.min([(((rows - mean) @ precision) * (rows - mean)).sum(axis=1) for mean in means], axis=0)


def _by_class(train: Rows, labels: Rows, asked: Rows) -> Rows:
    """Lee et al. 2018: from the nearest class mean, one covariance for all."""
    known = _standard(train, train)
    means = np.stack([known[labels == label].mean(axis=0) for label in np.unique(labels)])
    return _squares(known - means[labels], _standard(train, asked), means)


def _relative(train: Rows, labels: Rows, asked: Rows) -> Rows:
    """Ren et al. 2021: the same less the distance from the mean of all."""
    return _by_class(train, labels, asked) - _squares(
        _standard(train, train), _standard(train, asked), np.zeros((1, train.shape[1]))
    )


def _residual(train: Rows, labels: Rows, asked: Rows) -> Rows:  # noqa: ARG001 - a Method
    """The part of ViM (Wang et al. 2022) that needs no logits: what 32 directions leave over."""
    axes = np.linalg.svd(_standard(train, train), full_matrices=False)[2][:32].T
    rows = _standard(train, asked)
    return np.linalg.norm(rows - rows @ axes @ axes.T, axis=1)


def _nearest(train: Rows, labels: Rows, asked: Rows) -> Rows:  # noqa: ARG001 - a Method
    """Sun et al. 2022: 1 less the cosine with the tenth nearest training image; the nearest may be the image itself."""
    known, rows = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (train, asked))
    return np.sort(1 - rows @ known.T, axis=1)[:, 10]


METHODS: dict[str, Method] = {
    "Gaussian, balanced": _gaussian,
    "Gaussian": lambda train, labels, asked: _gaussian(train, np.zeros_like(labels), asked),
    "by class": _by_class,
    "relative": _relative,
    "residual": _residual,
    "nearest": _nearest,
}

if __name__ == "__main__":
    main()
