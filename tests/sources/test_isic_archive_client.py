"""Against a real server that misbehaves: patient, bounded, and silent about secrets."""

import json
import pickle
import time

import pytest

from dermaflow.core.errors import SourceError
from dermaflow.sources import isic_archive_client
from dermaflow.sources.isic_archive_access import RETRIES, TOKEN_VARIABLE, URL_VARIABLE
from dermaflow.sources.isic_archive_client import ATTEMPTS, BrokenAnswerError, stated_client
from dermaflow.sources.isic_archive_records import RemoteFile, read_record
from tests.sources.archive_answers import cut, hang_up, instead, refusal
from tests.sources.archive_server import serving

SEARCH = "images/search/"
NAME = "ISIC_0000001"


@pytest.fixture
def archive(monkeypatch):
    with serving() as archive:
        archive.add(1, 2)
        monkeypatch.setenv(URL_VARIABLE, archive.api)
        yield archive


def client():
    return stated_client(connections=2, backoff_s=0.01)


def file_of(name=NAME):
    return read_record(client().record(name)).files.full


def test_what_the_archive_says_is_passed_on(archive):
    assert json.loads(client().listing({"limit": "100"}))["count"] == 2
    assert read_record(client().record(NAME)).isic_id == NAME
    assert client().record("ISIC_0000009") is None
    assert client().file(file_of()) == archive.held[NAME].data


def test_the_token_goes_to_the_archive_and_not_to_where_files_lie(archive, monkeypatch):
    archive.token = "s3cret"
    monkeypatch.setenv(TOKEN_VARIABLE, "s3cret")
    client().file(file_of())
    sent = {path: headers.get("Authorization") for path, _, headers in archive.requests}
    assert sent == {f"/api/v2/images/{NAME}/": "Bearer s3cret", f"/files/{NAME}.jpg": None}


def test_a_token_that_is_refused_is_not_shown(archive, monkeypatch):
    archive.token = "another"
    monkeypatch.setenv(TOKEN_VARIABLE, "s3cret")
    with pytest.raises(SourceError, match=f"answered 401: check {TOKEN_VARIABLE}") as caught:
        client().listing({})
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(client())


def test_a_busy_server_is_given_the_time_that_it_asks_for(archive):
    archive.spoil(SEARCH, refusal(429, Retry_After="1"))
    start = time.monotonic()
    assert client().listing({"limit": "1"})
    assert time.monotonic() - start >= 1
    assert archive.asked(SEARCH) == 2


@pytest.mark.parametrize(
    "spoiler", [refusal(500), refusal(503), refusal(429), hang_up], ids=["500", "503", "429", "hang up"]
)
def test_a_server_in_trouble_is_asked_again(archive, spoiler):
    archive.spoil(SEARCH, spoiler, spoiler)
    assert client().listing({"limit": "1"})
    archive.spoil(f"{NAME}.jpg", spoiler, spoiler)
    assert client().file(file_of()) == archive.held[NAME].data


def test_an_answer_that_breaks_off_is_asked_for_again(archive):
    archive.spoil(SEARCH, cut(20))
    assert json.loads(client().listing({"limit": "1"}))["count"] == 2


def test_patience_ends(archive):
    archive.spoil(SEARCH, *[refusal(503)] * (RETRIES + 1))
    with pytest.raises(SourceError, match="answered 503: run again later"):
        client().listing({"limit": "1"})
    assert archive.asked(SEARCH) == RETRIES + 1
    archive.spoil(SEARCH, *[cut(20)] * ATTEMPTS)
    with pytest.raises(SourceError, match=f"broke off after 20 bytes, the last of {ATTEMPTS} attempts"):
        client().listing({"limit": "1"})


def test_nobody_there_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "http://127.0.0.1:9/api/v2")
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 cannot be reached"):
        client().listing({})


@pytest.mark.parametrize(
    ("status", "advice"),
    [(400, "check the query"), (422, "check the query"), (302, URL_VARIABLE), (404, "API v2"), (403, TOKEN_VARIABLE)],
)
def test_a_refusal_says_what_to_check(archive, status, advice):
    archive.spoil(SEARCH, refusal(status, Location="http://localhost:9/"))
    with pytest.raises(SourceError, match=advice):
        client().listing({"query": "x"})
    assert archive.asked(SEARCH) == 1


@pytest.mark.parametrize(
    ("spoiler", "fault"),
    [
        (cut(100), "broke off after 100 bytes"),
        (cut(0), "broke off after 0 bytes"),
        (instead(b"short"), "announced 5 bytes instead of"),
        (instead(b"x" * 100_000), "announced 100000 bytes instead of"),
        (refusal(403), "answered 403"),
        (refusal(404), "answered 404"),
        (refusal(400), "answered 400"),
    ],
)
def test_a_file_that_is_not_what_was_announced_is_no_success(archive, spoiler, fault):
    file = file_of()
    archive.spoil(f"{NAME}.jpg", spoiler)
    with pytest.raises(BrokenAnswerError, match=fault) as caught:
        client().file(file)
    assert "secret" not in str(caught.value)


def test_a_body_without_a_stated_length_is_read_up_to_the_expected_one_and_no_further(archive):
    file, data = file_of(), archive.held[NAME].data
    chunked = {"Transfer-Encoding": "chunked"}
    for body, fault in ((data, ""), (data + b"x", "more than"), (data[:-1], "instead of")):
        packed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        archive.spoil(f"{NAME}.jpg", lambda answer, packed=packed: type(answer)(200, packed, chunked, drop_length=True))
        if fault:
            with pytest.raises(BrokenAnswerError, match=fault):
                client().file(file)
        else:
            assert client().file(file) == data


def test_a_body_that_drips_for_ever_ends(archive, monkeypatch):
    monkeypatch.setattr(isic_archive_client, "MAX_ANSWER_S", -1.0)
    with pytest.raises(BrokenAnswerError, match="took longer"):
        client().file(RemoteFile(url=archived_url(archive), size=len(archive.held[NAME].data)))


def archived_url(archive):
    return f"{archive.files}/files/{NAME}.jpg?Signature=secret-0"


def test_a_redirect_of_a_file_is_followed(archive):
    file = file_of()
    archive.spoil(f"{NAME}.jpg", refusal(302, Location=archived_url(archive) + "&again"))
    assert client().file(file) == archive.held[NAME].data


def test_a_client_survives_the_way_to_another_process(archive):
    assert pickle.loads(pickle.dumps(client())).file(file_of()) == archive.held[NAME].data
