"""A source of generated, dermoscopy-like images: any number of them, with planted faults on request.

A lesion depends on the seed and its own number only, so more lesions add images and change none.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import PIL

from dermaflow.core.clinical import SEXES
from dermaflow.core.seeds import derived_seed, generator
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.sources import phantom_camera, phantom_drawing, phantom_geometry, phantom_layers, phantom_traits
from dermaflow.sources.offers import Catalogue, Offer
from dermaflow.sources.params import PhantomParams

_GOLDEN = 0.6180339887498949  # steps by it fall evenly into [0, 1) however many there are
_SITES = ("anterior torso", "head/neck", "lower extremity", "posterior torso", "upper extremity")
_NEW_PATIENT_SHARE, _SOURCE_A_SHARE = 0.8, 0.6
_NEAR, _TRUNCATED = "near", "truncated"


@dataclass(frozen=True, slots=True)
class _Patient:
    """Whom a lesion belongs to; consecutive lesions may share one."""

    patient_id: str
    age: int
    sex: str
    source: str


def phantom_catalogue(params: PhantomParams) -> Catalogue:
    """List the phantom images; none is drawn. A source's own test part does not exist."""
    firsts: list[Offer] = []
    offers: list[Offer] = []
    for lesion, patient in enumerate(_patients(params)):
        views = _views(params, lesion, patient)
        firsts.append(views[0])
        offers += views
    offers += _faults(params, firsts)
    return Catalogue(tuple(sorted(offers, key=lambda offer: offer.file)), partial(draw_offer, params))


def draw_offer(params: PhantomParams, offer: Offer) -> bytes:
    """Draw one image of the catalogue as a JPEG file."""
    lesion, view, fault = offer.reference.split("/")
    device = phantom_camera.DEVICES[offer.source]
    lesion_seed = derived_seed(params.seed, "phantom lesion", int(lesion))
    traits = phantom_traits.draw_traits(_diagnosis(params, int(lesion)), np.random.default_rng(lesion_seed))
    view_seed = derived_seed(lesion_seed, "view", int(view))
    picture = phantom_drawing.draw(traits, params.image_size_px, device, lesion_seed, view_seed)
    if fault == _NEAR:
        return phantom_camera.encode(picture, device.quality - 12, round(params.image_size_px * 0.94))
    data = phantom_camera.encode(picture, device.quality)
    return data[: len(data) * 3 // 5] if fault == _TRUNCATED else data


def _diagnosis(params: PhantomParams, lesion: int) -> str:
    start = derived_seed(params.seed, "phantom diagnoses") / 2**32
    return phantom_traits.diagnosis_at((start + lesion * _GOLDEN) % 1)


def _patients(params: PhantomParams) -> Iterator[_Patient]:
    """The patient of every lesion; one in five lesions has the same as the one before."""
    patient = None
    for lesion in range(params.lesions):
        rng = generator(params.seed, "phantom patient", lesion)
        if patient is None or rng.uniform() < _NEW_PATIENT_SHARE:
            age, sex = min(90, max(15, 5 * round(rng.normal(55, 16) / 5))), SEXES[rng.integers(2)]
            source = "phantom-a" if rng.uniform() < _SOURCE_A_SHARE else "phantom-b"
            patient = _Patient(f"PHANTOM_P{lesion:07d}", age, sex, source)
        yield patient


def _views(params: PhantomParams, lesion: int, patient: _Patient) -> list[Offer]:
    rng = generator(params.seed, "phantom views", lesion)
    count, site, diagnosis = int(rng.integers(1, 4)), _SITES[rng.integers(len(_SITES))], _diagnosis(params, lesion)
    names = [f"PHANTOM_{lesion:07d}_{view}" for view in range(count)]
    return [
        Offer(
            name=name,
            file=f"{diagnosis}/{name}.jpg",
            diagnosis=diagnosis,
            label=diagnosis,
            labelled_by="phantom",
            source=patient.source,
            state=_state(params, f"{lesion}/{view}/"),
            reference=f"{lesion}/{view}/",
            lesion_id=f"PHANTOM_L{lesion:07d}",
            patient_id=patient.patient_id,
            age=str(patient.age),
            sex=patient.sex,
            site=site,
            licence="CC-0",
            attribution="dermaflow phantom",
        )
        for view, name in enumerate(names)
    ]


def _faults(params: PhantomParams, firsts: list[Offer]) -> Iterator[Offer]:
    """Plant each fault beside the first image of a lesion that has no other fault."""
    lesions = iter(firsts)
    for number in range(params.byte_copies):
        yield _copied(params, next(lesions), "copy", number)
    for number in range(params.near_copies):
        yield _copied(params, next(lesions), _NEAR, number)
    for _ in range(params.contradictions):
        first = next(lesions)
        second = DIAGNOSES[(DIAGNOSES.index(first.diagnosis) + 1) % len(DIAGNOSES)]
        yield replace(first, diagnosis=second, label=second, file=f"{second}/{first.name}.jpg")
    for number in range(params.truncated):
        yield _copied(params, next(lesions), _TRUNCATED, number)


def _copied(params: PhantomParams, first: Offer, fault: str, number: int) -> Offer:
    """The same picture under another id; every second one also claims to be of another lesion and patient."""
    name = first.name.replace("PHANTOM_", f"PHANTOM_{fault}_")
    lesion, _, _ = first.reference.split("/")
    view = 9 if fault == _TRUNCATED else 0  # what is cut off was a picture of its own
    reference = f"{lesion}/{view}/{fault if fault != 'copy' else ''}"
    file, state = f"{first.diagnosis}/{name}.jpg", _state(params, reference)
    copy = replace(first, name=name, file=file, reference=reference, state=state)
    stranger = f"{fault}{lesion}"
    return replace(copy, lesion_id=f"PHANTOM_L{stranger}", patient_id=f"PHANTOM_P{stranger}") if number % 2 else copy


def _state(params: PhantomParams, reference: str) -> str:
    return f"{_drawing()} {params.image_size_px}px seed {params.seed}: {reference}"


@cache
def _drawing() -> str:
    """Names the code that draws: when it changes, every picture is drawn again."""
    digest = hashlib.sha256(f"{PIL.__version__} {np.__version__}".encode())
    for module in (phantom_camera, phantom_drawing, phantom_geometry, phantom_layers, phantom_traits):
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:16]
