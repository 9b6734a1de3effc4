"""What the archive on this machine holds, and which of it a query names."""

import io
import re
from dataclasses import dataclass, field

import numpy as np
from PIL import Image


def jpeg(seed: int, size=(40, 30)) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=90)
    return out.getvalue()


def isic_id(number: int) -> str:
    return f"ISIC_{number:07}"


@dataclass
class Held:
    """One image of the archive."""

    isic_id: str
    data: bytes
    created: int
    public: bool = True
    licence: str = "CC-BY"
    attribution: str = "Hospital of Loopback"
    collections: tuple[int, ...] = (1,)
    acquisition: dict = field(default_factory=lambda: {"pixels_x": 40, "pixels_y": 30, "image_type": "dermoscopic"})
    clinical: dict = field(
        default_factory=lambda: {
            "sex": "female",
            "age_approx": 45,
            "anatom_site_general": "anterior torso",
            "lesion_id": "IL_1234567",
            "patient_id": "IP_7654321",
            "diagnosis_1": "Benign",
            "diagnosis_2": "Benign melanocytic proliferations",
            "diagnosis_3": "Nevus",
        }
    )


def matching(held: list[Held], query: str) -> list[Held] | None:
    """What a query names: terms joined by AND, ids by OR; None: it cannot be parsed."""
    terms = re.findall(r'(-?)(\w+):("[^"]*"|\w+)', query)
    if query and not terms:
        return None
    ids = {value for minus, key, value in terms if key == "isic_id" and not minus}
    without = {value for minus, key, value in terms if key == "isic_id" and minus}
    others = [(key, value.strip('"')) for minus, key, value in terms if key != "isic_id" and not minus]
    return [
        image
        for image in held
        if (not ids or image.isic_id in ids)
        and image.isic_id not in without
        and all(str((image.clinical | image.acquisition).get(key)) == value for key, value in others)
    ]
