"""The archive as a source: what it offers, and what is left out and why."""

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.isic_archive import BATCH, archive_catalogue
from dermaflow.sources.isic_archive_access import URL_VARIABLE
from dermaflow.sources.params import ArchiveSource
from tests.sources.archive_holdings import isic_id
from tests.sources.archive_server import serving


@pytest.fixture
def archive(monkeypatch):
    with serving() as archive:
        archive.add(1, 2, 3)
        monkeypatch.setenv(URL_VARIABLE, archive.api)
        yield archive


def params(**changes):
    return ArchiveSource(**{"kind": "isic_archive", "licences": ["CC-0", "CC-BY"], "downloads": 3} | changes)


def offered(**changes):
    return [offer.name for offer in archive_catalogue(params(**changes)).offers]


def diagnosed(archive, *levels, **changes):
    archive.add(1, clinical={f"diagnosis_{level}": label for level, label in enumerate(levels, 1)})
    catalogue = archive_catalogue(params(ids=[isic_id(1)], **changes))
    return catalogue.offers[0].label, catalogue.offers[0].diagnosis, catalogue.notes


def test_an_offer_holds_all_that_the_archive_says(archive):
    catalogue = archive_catalogue(params(name="My Archive"))
    offer = catalogue.offers[0]
    assert [offer.name for offer in catalogue.offers] == [isic_id(number) for number in (1, 2, 3)]
    assert (offer.file, offer.source, offer.labelled_by) == ("ISIC_0000001.jpg", "my-archive", "archive")
    assert (offer.diagnosis, offer.label, offer.isic_id) == ("nevus", "Nevus", "ISIC_0000001")
    assert (offer.lesion_id, offer.patient_id) == ("IL_1234567", "IP_7654321")
    assert (offer.age, offer.sex, offer.site) == ("45", "female", "anterior torso")
    assert (offer.licence, offer.attribution) == ("CC-BY", "Hospital of Loopback")
    assert (catalogue.notes, catalogue.downloads, catalogue.batch) == ((), 3, BATCH)
    assert archive.asked(".jpg") == 0


def test_what_the_archive_does_not_say_is_blank(archive):
    archive.add(1, clinical={}, acquisition={"image_type": "dermoscopic"})
    offer = archive_catalogue(params()).offers[0]
    assert {offer.lesion_id, offer.patient_id, offer.age, offer.sex, offer.site, offer.diagnosis, offer.label} == {""}


def test_what_may_not_be_used_is_left_out_and_counted_by_reason(archive, monkeypatch):
    archive.token = "t"
    monkeypatch.setenv("DERMAFLOW_ISIC_ARCHIVE_TOKEN", "t")
    archive.add(4, 5, licence="CC-BY-NC")
    archive.add(6, licence="")
    archive.add(7, public=False)
    archive.add(8, acquisition={"image_type": "TBP tile: close-up"})
    archive.add(9, acquisition={})
    catalogue = archive_catalogue(params())
    assert [offer.name for offer in catalogue.offers] == [isic_id(number) for number in (1, 2, 3)]
    assert sorted(catalogue.notes) == [
        "isic-archive: images left out: 1 (image type TBP tile: close-up)",
        "isic-archive: images left out: 1 (image type not stated)",
        "isic-archive: images left out: 1 (licence not stated)",
        "isic-archive: images left out: 1 (not public)",
        "isic-archive: images left out: 2 (licence CC-BY-NC)",
    ]
    assert len(offered(licences=["CC-BY-NC"])) == 2


def test_nothing_left_to_use_is_an_error_that_says_why():
    with serving() as archive, pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL_VARIABLE, archive.api)
        with pytest.raises(SourceError, match="no image left to use of 0 listed"):
            archive_catalogue(params())
        archive.add(1, licence="CC-BY-NC")
        with pytest.raises(SourceError, match=r"of 1 listed; isic-archive: images left out: 1 \(licence CC-BY-NC\)"):
            archive_catalogue(params())


def test_ids_that_the_archive_does_not_show_are_counted_and_named(archive):
    archive.add(4, public=False)
    catalogue = archive_catalogue(params(ids=[isic_id(number) for number in (2, 4, 77)]))
    assert [offer.name for offer in catalogue.offers] == ["ISIC_0000002"]
    assert catalogue.notes == (
        "isic-archive: 2 of 3 ids asked for are not there, withdrawn or not shown: ISIC_0000004, ISIC_0000077",
    )


def test_the_finest_level_that_is_known_decides(archive):
    melanocytic = ("Malignant", "Malignant melanocytic proliferations (Melanoma)")
    assert diagnosed(archive, *melanocytic, "Melanoma in situ")[:2] == ("Melanoma in situ", "melanoma")
    label, diagnosis, notes = diagnosed(archive, *melanocytic, "Melanoma, of a new sort")
    assert (label, diagnosis) == (melanocytic[1], "melanoma")
    assert notes == (
        "isic-archive: images with an unknown label that go by its broader level: 1 (Melanoma, of a new sort 1)",
    )


def test_a_label_that_names_none_of_our_diagnoses_is_kept_and_counted(archive):
    label, diagnosis, notes = diagnosed(archive, "Benign")
    assert (label, diagnosis) == ("Benign", "")
    assert notes == ("isic-archive: images whose label names no diagnosis known here: 1 (Benign 1)",)


def test_all_unknown_labels_are_named_at_once(archive):
    for number, label in enumerate(("Xyz", "Xyz", "Uvw"), 1):
        archive.add(number, clinical={"diagnosis_1": label})
    with pytest.raises(SourceError, match=r"ISIC_0000001: 'Xyz' is .*unknown in all: Xyz 2, Uvw 1; say in"):
        archive_catalogue(params())


def test_an_unknown_label_is_an_error_unless_params_say_what_it_means(archive):
    with pytest.raises(SourceError, match=r"ISIC_0000001: 'Nevuss' is no known.*nevus.*ingest\.sources, labels"):
        diagnosed(archive, "Nevuss")
    assert diagnosed(archive, "Nevuss", labels={"Nevuss": "nevus"})[:2] == ("Nevuss", "nevus")
