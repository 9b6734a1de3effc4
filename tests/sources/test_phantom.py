"""Generated images: the same every time, marked, and with the faults that were asked for."""

import io
from collections import Counter, defaultdict

import numpy as np
import pytest
from PIL import Image

from dermaflow.core.errors import ImageError
from dermaflow.core.images import decode_rgb
from dermaflow.core.parallel import parallel_map
from dermaflow.core.taxonomy import DIAGNOSES
from dermaflow.quality.duplicates import near_copies
from dermaflow.quality.perceptual import thumbnail_of
from dermaflow.sources.offers import is_generated
from dermaflow.sources.phantom import phantom_catalogue


def images_of(params):
    catalogue = phantom_catalogue(params)
    return {offer: catalogue.fetch(offer) for offer in catalogue.offers}


def first_of(fault, offers):
    """The image beside which a fault is planted."""
    kind = fault.name.split("_")[1]
    return next(offer for offer in offers if offer.name == fault.name.replace(f"{kind}_", ""))


def test_the_bytes_do_not_depend_on_the_number_of_workers(small):
    catalogue = phantom_catalogue(small)
    offers = catalogue.offers[:24]
    alone = parallel_map(catalogue.fetch, offers, "images", workers=1)
    assert alone == parallel_map(catalogue.fetch, offers, "images", workers=3)
    assert len(set(alone)) > 20


def test_another_seed_gives_other_images(small):
    other = phantom_catalogue(small.model_copy(update={"seed": 4}))
    one = phantom_catalogue(small)
    assert one.fetch(one.offers[0]) != other.fetch(other.offers[0])
    assert {offer.state for offer in one.offers}.isdisjoint(offer.state for offer in other.offers)


def test_more_lesions_change_no_image_that_was_there(small):
    few = {(offer.file, offer.state, offer.patient_id) for offer in phantom_catalogue(small).offers}
    more = phantom_catalogue(small.model_copy(update={"lesions": 90})).offers
    assert few < {(offer.file, offer.state, offer.patient_id) for offer in more}


def test_every_diagnosis_and_both_sources_are_common_enough(small):
    offers = phantom_catalogue(small.model_copy(update={"lesions": 700})).offers
    shares = Counter(offer.diagnosis for offer in offers)
    assert set(shares) == set(DIAGNOSES)
    assert min(shares.values()) > 0.05 * len(offers)
    assert max(shares.values()) > 2.5 * min(shares.values())
    sources = Counter(offer.source for offer in offers)
    assert set(sources) == {"phantom-a", "phantom-b"}
    assert min(sources.values()) > 0.3 * len(offers)


def test_lesions_have_several_images_and_patients_several_lesions(small):
    lesions, patients = defaultdict(set), defaultdict(set)
    for offer in phantom_catalogue(small.model_copy(update={"lesions": 200})).offers:
        lesions[offer.lesion_id].add(offer.name)
        patients[offer.patient_id].add(offer.lesion_id)
    assert {len(names) for names in lesions.values()} >= {1, 2, 3}
    assert max(len(members) for members in patients.values()) > 1


def test_every_file_carries_the_marker_and_its_facts(small):
    for offer, data in images_of(small).items():
        assert is_generated(data)
        assert offer.name.startswith("PHANTOM_")
        assert (offer.licence, offer.attribution) == ("CC-0", "dermaflow phantom")
        assert 0 < int(offer.age) < 100
        assert offer.sex in {"female", "male"}
        assert offer.site


def test_pictures_are_upright_rgb_of_the_size_asked_for_and_neither_flat_nor_clipped(small):
    for offer, data in list(images_of(small).items())[:20]:
        if "_near_" in offer.name or "_truncated_" in offer.name:
            continue
        picture = decode_rgb(data)
        assert picture.shape == (48, 48, 3)
        assert picture.std() > 8
        assert 40 < np.median(picture) < 235


def test_two_sources_look_different(small):
    by_source = defaultdict(list)
    for offer, data in images_of(small.model_copy(update={"truncated": 0})).items():
        by_source[offer.source].append(decode_rgb(data)[[0, 0, -1, -1], [0, -1, 0, -1]].mean())
    assert np.mean(by_source["phantom-a"]) > 2 * np.mean(by_source["phantom-b"])


def test_byte_copies_are_the_same_bytes_under_another_id(small):
    images = images_of(small)
    copies = [offer for offer in images if "_copy_" in offer.name]
    assert len(copies) == small.byte_copies
    for copy in copies:
        assert images[copy] == images[first_of(copy, images)]


def test_near_copies_look_the_same_but_are_other_bytes(small):
    images = images_of(small.model_copy(update={"image_size_px": 128}))
    copies = [offer for offer in images if "_near_" in offer.name]
    assert len(copies) == small.near_copies
    for copy in copies:
        first = first_of(copy, images)
        pictures = (Image.open(io.BytesIO(images[offer])) for offer in (copy, first))
        thumbnails = np.frombuffer(b"".join(map(thumbnail_of, pictures)), np.uint8).reshape(2, -1)
        assert images[copy] != images[first]
        assert near_copies(thumbnails, 0.97).tolist() == [[0, 1]]
    assert {copy.lesion_id == first_of(copy, images).lesion_id for copy in copies} == {True, False}


def test_contradictions_are_one_image_under_two_diagnoses(small):
    filings = defaultdict(list)
    for offer, data in images_of(small).items():
        filings[offer.name].append((offer.diagnosis, data))
    twice = [rows for rows in filings.values() if len(rows) == 2]
    assert len(twice) == small.contradictions
    for (diagnosis, data), (other_diagnosis, other_data) in twice:
        assert diagnosis != other_diagnosis
        assert data == other_data


def test_truncated_files_cannot_be_decoded_and_all_others_can(small):
    broken = []
    for offer, data in images_of(small).items():
        try:
            decode_rgb(data)
        except ImageError:
            broken.append(offer.name)
    assert len(broken) == small.truncated
    assert all("_truncated_" in name for name in broken)


def test_without_faults_every_content_is_there_once(small):
    clean = small.model_copy(update=dict.fromkeys(("byte_copies", "near_copies", "contradictions", "truncated"), 0))
    images = images_of(clean)
    assert len(set(images.values())) == len({offer.name for offer in images}) == len(images)


@pytest.mark.parametrize("size_px", [32, 33, 200])
def test_any_size_can_be_drawn(small, size_px):
    catalogue = phantom_catalogue(small.model_copy(update={"image_size_px": size_px}))
    assert decode_rgb(catalogue.fetch(catalogue.offers[0])).shape == (size_px, size_px, 3)
