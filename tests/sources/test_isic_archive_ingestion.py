"""The whole way, from an archive over HTTP into the project: once, whole, and on from where it was cut off."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dermaflow.core import paths
from dermaflow.core.errors import SourceError
from dermaflow.sources.index import read_index
from dermaflow.sources.isic_archive_access import URL_VARIABLE
from dermaflow.sources.isic_archive_client import ATTEMPTS
from dermaflow.stages import ingest
from tests.conftest import ROOT
from tests.sources.archive_answers import cut, refusal
from tests.sources.archive_holdings import isic_id, jpeg
from tests.sources.archive_server import serving

DOWNLOADS = 3
IN_SMALL_BATCHES = """
from dermaflow.sources import isic_archive
from dermaflow.stages import ingest

isic_archive.BATCH = 20
ingest.main()
"""
SOURCE = {"kind": "isic_archive", "licences": ["CC-0", "CC-BY"], "downloads": DOWNLOADS}


@pytest.fixture
def archive(monkeypatch, tmp_path):
    params = YAML().load(ROOT / "params.yaml")
    params["ingest"]["sources"] = [SOURCE]
    YAML().dump(params, tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    with serving() as archive:
        archive.add(*range(1, 31))
        monkeypatch.setenv(URL_VARIABLE, archive.api)
        yield archive


def held():
    return {path.stem: path.read_bytes() for path in paths.INGESTED_IMAGES.glob("*.jpg")}


def offered(archive):
    return {name: image.data for name, image in archive.held.items()}


def test_images_come_with_their_licence_and_attribution(archive, capsys):
    archive.add(31, licence="CC-BY-NC")
    archive.spoil(f"{isic_id(3)}.jpg", refusal(429, Retry_After="0"), cut(9), refusal(403))
    ingest.main()
    del archive.held[isic_id(31)]
    assert held() == offered(archive)
    rows = list(csv.DictReader(paths.INGESTED.open(encoding="utf-8")))
    assert {(row["licence"], row["attribution"], row["labelled_by"]) for row in rows} == {
        ("CC-BY", "Hospital of Loopback", "archive")
    }
    assert [row["isic_id"] for row in rows] == sorted(archive.held)
    assert "isic-archive: images left out: 1 (licence CC-BY-NC)" in capsys.readouterr().out


def test_only_what_is_new_or_changed_is_downloaded(archive):
    ingest.main()
    archive.requests.clear()
    archive.add(31)
    archive.held[isic_id(2)].data = jpeg(77, size=(50, 30))
    archive.expire()
    ingest.main()
    assert held() == offered(archive)
    assert archive.asked(".jpg") == 2


def test_downloads_run_side_by_side_but_no_more_than_params_say(archive):
    archive.file_delay_s = 0.05
    ingest.main()
    assert archive.most_at_once == DOWNLOADS


def test_an_image_that_cannot_be_had_whole_stops_the_ingestion_and_the_others_are_kept(archive):
    archive.spoil(f"{isic_id(20)}.jpg", *[cut(50)] * ATTEMPTS)
    with pytest.raises(SourceError, match="ISIC_0000020: expected an image"):
        ingest.main()
    assert not list(paths.INGESTED_IMAGES.glob("*ISIC_0000020*"))
    archive.requests.clear()
    ready = len(list(paths.INGESTED_IMAGES.glob(".ISIC*.ready")))
    ingest.main()
    assert held() == offered(archive)
    assert archive.asked(".jpg") == 30 - ready


def test_an_ingestion_that_was_killed_goes_on_where_it_was(archive):
    archive.add(*range(1, 121))
    archive.file_delay_s = 0.03
    process = subprocess.Popen([sys.executable, "-c", IN_SMALL_BATCHES], start_new_session=True)
    while not paths.INGEST_INDEX.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    indexed = {Path(key).stem for key in read_index(paths.INGEST_INDEX)}
    ready = len(list(paths.INGESTED_IMAGES.glob(".ISIC*.ready")))
    assert 0 < len(indexed) < 120
    archive.file_delay_s = 0
    archive.wait_until_idle()
    archive.requests.clear()
    ingest.main()
    assert held() == offered(archive)
    assert not indexed & {Path(path).stem for path, _, _ in archive.requests if path.endswith(".jpg")}
    assert archive.asked(".jpg") == 120 - ready
