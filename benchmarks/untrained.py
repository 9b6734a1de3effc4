"""A model with drawn weights as a training leaves it: model.keras, model.onnx, card.json. For what measures speed only.

Run     python benchmarks/untrained.py MobileNetV2 192 FOLDER
"""

import sys
from pathlib import Path

import numpy as np

from dermaflow.core.params import load_params
from dermaflow.model.architectures import build
from dermaflow.model.card import Card, Data, Input, write_card
from dermaflow.model.familiarity import fit_familiarity
from dermaflow.model.onnx_file import write_onnx
from dermaflow.model.params import TrainParams
from dermaflow.model.whole import Findings, looking_model, whole_model

CLASSES = ("actinic keratosis", "basal cell carcinoma", "dermatofibroma", "melanoma", "nevus", "vascular lesion")


def main(architecture: str, size_px: int, folder: Path) -> None:
    changes = {"architecture": architecture, "image_size_px": size_px, "backbone_options": {}, "weights": "none"}
    params = load_params("train", TrainParams).model_copy(update={**changes, "views": 1})
    learnt = build(params, len(CLASSES)).learnt
    images = np.random.default_rng(0).integers(0, 256, (8, size_px, size_px, 3), dtype=np.uint8)
    seen = looking_model(params, len(CLASSES), [learnt]).predict(images, verbose=0)
    findings = Findings(1.0, fit_familiarity(seen, np.arange(len(seen)) % 2, seen))
    model = whole_model(params, len(CLASSES), [[learnt]], findings)
    folder.mkdir()
    model.save(folder / "model.keras")
    write_onnx(model, images, folder / "model.onnx")
    none: dict[str, int] = {}
    card = Card(
        fingerprint="0",
        phantom=True,
        classes=CLASSES,
        input=Input(image_size_px=size_px),
        architecture=architecture,
        n_parameters=model.count_params(),
        seed=0,
        params={},
        data=Data(fingerprint="0", sources=none, train=none, copies=none, validation=none),
        best_epoch=1,
        epochs=1,
        versions={},
    )
    write_card(card, folder / "card.json")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
