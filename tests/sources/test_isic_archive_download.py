"""An image counts when it is whole; an address that has expired is asked for anew."""

from dataclasses import replace

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources.isic_archive import catalogue_of
from dermaflow.sources.isic_archive_access import URL_VARIABLE
from dermaflow.sources.isic_archive_client import ATTEMPTS, stated_client
from dermaflow.sources.params import ArchiveSource
from tests.sources.archive_answers import cut, instead, refusal
from tests.sources.archive_holdings import jpeg
from tests.sources.archive_server import serving

NAME = "ISIC_0000001"
FILE, RECORD = f"{NAME}.jpg", f"images/{NAME}/"


@pytest.fixture
def archive(monkeypatch):
    with serving() as archive:
        archive.add(1)
        monkeypatch.setenv(URL_VARIABLE, archive.api)
        yield archive


@pytest.fixture
def catalogue(archive):
    assert archive.held
    params = ArchiveSource(kind="isic_archive", licences=["CC-BY"], downloads=2)
    return catalogue_of(stated_client(2, backoff_s=0.01), params)


def fetched(catalogue):
    return catalogue.fetch(catalogue.offers[0])


def test_an_image_comes_as_it_lies_there(archive, catalogue):
    assert fetched(catalogue) == archive.held[NAME].data
    assert (archive.asked(FILE), archive.asked(RECORD)) == (1, 0)


def test_an_address_that_expired_since_the_listing_is_asked_for_anew(archive, catalogue):
    archive.expire()
    assert fetched(catalogue) == archive.held[NAME].data
    assert (archive.asked(FILE), archive.asked(RECORD)) == (2, 1)


@pytest.mark.parametrize(
    "spoiler",
    [
        cut(100),
        instead(b"<html>Sign in to this network</html>"),
        instead(b""),
        refusal(404),
        refusal(400),
        lambda answer: replace(answer, body=answer.body[:-1]),
        lambda answer: replace(answer, body=bytes(len(answer.body))),
    ],
    ids=["truncated", "html", "empty", "404", "400", "a byte less", "no image of the right size"],
)
def test_a_file_that_is_not_whole_is_tried_again_and_never_a_success(archive, catalogue, spoiler):
    archive.spoil(FILE, spoiler)
    assert fetched(catalogue) == archive.held[NAME].data
    archive.spoil(FILE, *[spoiler] * ATTEMPTS)
    with pytest.raises(SourceError, match=f"{NAME}: expected an image of .* bytes.*-isic_id:{NAME}") as caught:
        fetched(catalogue)
    assert "secret" not in str(caught.value)


def test_addresses_that_expire_at_once_are_not_asked_for_for_ever(archive, catalogue):
    archive.spoil(FILE, *[refusal(403)] * 9)
    with pytest.raises(SourceError, match=f"{NAME}: .*localhost answered 403"):
        fetched(catalogue)
    assert (archive.asked(FILE), archive.asked(RECORD)) == (ATTEMPTS, ATTEMPTS - 1)


def test_an_image_that_is_withdrawn_after_the_listing_is_an_error_that_names_it(archive, catalogue):
    del archive.held[NAME]
    with pytest.raises(SourceError, match=f"{NAME} was listed by the ISIC Archive and is gone"):
        fetched(catalogue)


def test_an_image_that_changes_after_the_listing_is_an_error_that_names_it(archive, catalogue):
    archive.held[NAME].data = jpeg(9, size=(50, 30))
    with pytest.raises(SourceError, match=f"{NAME} has changed in the ISIC Archive since it was listed"):
        fetched(catalogue)


def test_a_host_of_files_that_cannot_be_reached_is_an_error_that_names_the_image(archive, catalogue):
    archive.files = "http://127.0.0.1:9"
    archive.expire()
    with pytest.raises(SourceError, match=rf"{NAME}: .*127\.0\.0\.1 cannot be reached"):
        fetched(catalogue)
