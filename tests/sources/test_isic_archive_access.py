"""The environment names the archive, and the token goes there only."""

import pickle

import pytest
from requests import Request

from dermaflow.core.errors import SourceError
from dermaflow.sources.isic_archive_access import (
    MAX_WAIT_S,
    PUBLIC_API,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    patient_session,
    stated_address,
    stated_token,
)


def test_without_a_word_it_is_the_public_archive_without_a_token(monkeypatch):
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert stated_address() == PUBLIC_API
    assert stated_token(PUBLIC_API) == ""


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "http://127.0.0.1:8000/api/v2/ ")
    monkeypatch.setenv(TOKEN_VARIABLE, " abc.def-123\n")
    assert stated_address() == "http://127.0.0.1:8000/api/v2"
    assert stated_token(stated_address()) == "abc.def-123"


@pytest.mark.parametrize(
    "address",
    ["archive", "ftp://a.example", "https://", "https://me:pw@a.example", "https://a.example/?k=v", "http://[x"],
)
def test_an_address_that_is_none_is_refused(monkeypatch, address):
    monkeypatch.setenv(URL_VARIABLE, address)
    with pytest.raises(SourceError, match=f"{URL_VARIABLE}: expected an address such as {PUBLIC_API}"):
        stated_address()


def test_a_token_never_travels_in_the_clear(monkeypatch):
    monkeypatch.setenv(TOKEN_VARIABLE, "s3cret")
    with pytest.raises(SourceError, match="over https only") as caught:
        stated_token("http://archive.example/api/v2")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "umläut"])
def test_a_token_that_is_none_is_refused_and_not_shown(monkeypatch, token):
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    with pytest.raises(SourceError, match=TOKEN_VARIABLE) as caught:
        stated_token(PUBLIC_API)
    assert token not in str(caught.value)


def test_however_long_a_server_asks_to_wait_the_wait_is_bounded():
    retries = patient_session("", 1, 0.5).get_adapter(PUBLIC_API).max_retries
    assert retries.parse_retry_after("86400") == MAX_WAIT_S


def test_a_session_survives_the_way_to_another_process():
    session = pickle.loads(pickle.dumps(patient_session("abc", 3, 0.5)))
    request = session.prepare_request(Request("GET", PUBLIC_API))
    assert request.headers["Authorization"] == "Bearer abc"
