"""The archive as a source: what it offers, what is left out and why, and an ingestion that is cut off."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.index import read_index, write_index
from dermaflow.sources.intake import put_in_place, read_new
from dermaflow.sources.isic_archive import BATCH, archive_catalogue, catalogue_of
from dermaflow.sources.isic_archive_access import URL_VARIABLE
from dermaflow.sources.isic_archive_client import stated_client
from dermaflow.sources.params import ArchiveSource
from tests.sources.archive_answers import cut
from tests.sources.archive_holdings import isic_id, jpeg
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


def ingest(folder):
    """What the stage does with one source: read what is new, saving the index at every batch."""
    catalogue = catalogue_of(stated_client(3, backoff_s=0.01), params())
    before = read_index(folder / "index.csv")
    for index in read_new(catalogue, before, folder / "images", workers=None):
        write_index(index, folder / "index.csv")
    wanted = {offer.name: offer for offer in catalogue.offers}
    index |= put_in_place(wanted, catalogue.fetch, index, folder / "images")
    write_index(index, folder / "index.csv")
    return {path.stem: path.read_bytes() for path in (folder / "images").glob("*.jpg")}


def test_only_what_is_new_or_changed_is_downloaded(archive, tmp_path):
    ingest(tmp_path)
    archive.requests.clear()
    archive.add(4)
    archive.held[isic_id(2)].data = jpeg(77, size=(50, 30))
    archive.expire()
    held = ingest(tmp_path)
    assert held == {name: image.data for name, image in archive.held.items()}
    assert archive.asked(".jpg") == 2


def test_no_more_downloads_run_at_once_than_params_say(archive, tmp_path):
    archive.add(*range(10, 40))
    archive.file_delay_s = 0.05
    ingest(tmp_path)
    assert 1 < archive.most_at_once <= 3


def test_an_image_that_cannot_be_had_whole_stops_the_ingestion(archive, tmp_path):
    archive.spoil(f"{isic_id(2)}.jpg", *[cut(50)] * 9)
    with pytest.raises(SourceError, match="ISIC_0000002: expected an image"):
        ingest(tmp_path)
    assert not list((tmp_path / "images").glob("*ISIC_0000002*"))


KILLED = """
from dataclasses import replace; from pathlib import Path
from dermaflow.sources import intake
from dermaflow.sources.index import write_index
from dermaflow.sources.isic_archive import archive_catalogue
from dermaflow.sources.params import ArchiveSource

intake.BATCH = 20  # as long as read_new does not go by the batch of the catalogue
catalogue = archive_catalogue(ArchiveSource(kind="isic_archive", licences=["CC-BY"], downloads=3))
for index in intake.read_new(replace(catalogue, batch=20), {}, Path("images"), workers=None):
    write_index(index, Path("index.csv"))
"""


def test_an_ingestion_that_was_killed_goes_on_where_it_was(archive, tmp_path):
    archive.add(*range(1, 121))
    archive.file_delay_s = 0.03
    process = subprocess.Popen([sys.executable, "-c", KILLED], cwd=tmp_path, start_new_session=True)
    while not (tmp_path / "index.csv").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = read_index(tmp_path / "index.csv")
    assert 0 < len(before) < 120
    archive.file_delay_s = 0
    archive.requests.clear()
    assert ingest(tmp_path) == {name: image.data for name, image in archive.held.items()}
    again = {Path(path).stem for path, _, _ in archive.requests if path.endswith(".jpg")}
    assert not again & {Path(key).stem for key in before}
    assert archive.asked(".jpg") <= 120 - len(before)
