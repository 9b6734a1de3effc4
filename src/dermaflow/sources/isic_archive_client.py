"""HTTP with the ISIC Archive: patient with a busy server and a broken line, but neither for ever nor without limit.

Files lie elsewhere than the API, behind addresses that carry a permission of their own: no token goes there.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from dermaflow.core.errors import SourceError
from dermaflow.sources.isic_archive_access import (
    BUSY,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    patient_session,
    stated_address,
    stated_token,
)
from dermaflow.sources.isic_archive_records import RemoteFile

ATTEMPTS = 3  # at an answer that breaks off, and at a file; each with the retries of the session
BACKOFF_S = 0.5
TIMEOUT_S = (10.0, 60.0)  # to connect, and between two bytes
MAX_ANSWER_S = 900.0  # for the whole of one body
MAX_PAGE_BYTES = 50_000_000
CHUNK_BYTES = 65_536
OK, NOT_FOUND = 200, 404
_CHECK_QUERY = "check the query and the collections in ingest.sources"
_ADVICE = {400: _CHECK_QUERY, 422: _CHECK_QUERY, 401: f"check {TOKEN_VARIABLE}", 403: f"check {TOKEN_VARIABLE}"}


class BrokenAnswerError(SourceError):
    """An answer came, but not whole or not the one that was asked for; another attempt may do better."""


@dataclass(frozen=True, slots=True)
class ArchiveClient:
    """A way to one archive; threads may share it, and it can be pickled."""

    base: str  # address of the API, without a slash at its end
    backoff_s: float
    api: requests.Session = field(repr=False)
    files: requests.Session = field(repr=False)

    def listing(self, asked: Mapping[str, str]) -> bytes:
        """One page of `images/search/`.

        Raises:
            SourceError: the archive cannot be reached, or refuses the query or the token.
        """
        body = self._get("images/search/", asked)
        if body is None:
            raise SourceError(f"{self.base}/images/search/ does not exist; does {URL_VARIABLE} name an API v2?")
        return body

    def record(self, isic_id: str) -> bytes | None:
        """The record of one image, or None where the archive has none or does not show it.

        Raises:
            SourceError: as for `listing`.
        """
        return self._get(f"images/{isic_id}/", {})

    def file(self, file: RemoteFile) -> bytes:
        """The bytes of a file, as many as the archive states.

        Raises:
            SourceError: it cannot be reached, or what came is not that many bytes; the address is not shown.
        """
        host = urlsplit(file.url).hostname
        headers = {"Accept-Encoding": "identity"}
        with _opened(self.files, file.url, headers=headers, allow_redirects=True) as response:
            if response.status_code != OK:
                raise BrokenAnswerError(f"{host} answered {response.status_code}")
            announced = response.headers.get("Content-Length", str(file.size))
            if announced != str(file.size):
                raise BrokenAnswerError(f"{host} announced {announced[:20]} bytes instead of {file.size:,}")
            data = _body(response, file.size)
        if len(data) != file.size:
            raise BrokenAnswerError(f"{host} sent {len(data):,} bytes instead of {file.size:,}")
        return data

    def pause(self, attempt: int) -> None:
        """Wait before another attempt, longer after each."""
        time.sleep(self.backoff_s * 2**attempt)

    def _get(self, path: str, asked: Mapping[str, str]) -> bytes | None:
        url = f"{self.base}/{path}"
        for attempt in range(ATTEMPTS):
            if attempt:
                self.pause(attempt)
            try:
                with _opened(self.api, url, params=dict(asked), allow_redirects=False) as response:
                    return _body(response, MAX_PAGE_BYTES) if _found(response, url) else None
            except BrokenAnswerError as error:
                broken = error
        raise SourceError(f"{url}: {broken}, the last of {ATTEMPTS} attempts; run again later") from broken


def stated_client(connections: int, backoff_s: float = BACKOFF_S) -> ArchiveClient:
    """A client for the archive that the environment names, with as many connections at once.

    Raises:
        SourceError: the environment states no address, or no token, that can be used.
    """
    base = stated_address()
    api, files = (patient_session(token, connections, backoff_s) for token in (stated_token(base), ""))
    return ArchiveClient(base, backoff_s, api, files)


def _opened(
    session: requests.Session,
    url: str,
    *,
    allow_redirects: bool,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """The answer up to its body."""
    try:
        return session.get(
            url, params=params, headers=headers, timeout=TIMEOUT_S, stream=True, allow_redirects=allow_redirects
        )
    except (requests.RequestException, HTTPError, UnicodeError) as error:
        host = urlsplit(url).hostname
        raise SourceError(f"{host} cannot be reached ({type(error).__name__}); run again when it can") from error


def _found(response: requests.Response, url: str) -> bool:
    """Whether an answer of the API is one; False: there is no such thing.

    Raises:
        SourceError: it is a refusal; the message says what to check.
    """
    status = response.status_code
    if status in {OK, NOT_FOUND}:
        return status == OK
    advice = _ADVICE.get(status, "run again later" if status in BUSY else f"check {URL_VARIABLE}")
    raise SourceError(f"{url} answered {status}: {advice}")


def _body(response: requests.Response, limit: int) -> bytes:
    """Read a body of at most `limit` bytes, unpacked, in at most MAX_ANSWER_S seconds, however it drips."""
    deadline, data = time.monotonic() + MAX_ANSWER_S, bytearray()
    try:
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            data += chunk
            if len(data) > limit:
                raise BrokenAnswerError(f"more than {limit:,} bytes came")
            if time.monotonic() > deadline:
                raise BrokenAnswerError(f"the answer took longer than {MAX_ANSWER_S:.0f} s")
    except (HTTPError, OSError) as error:
        raise BrokenAnswerError(f"the answer broke off after {len(data):,} bytes") from error
    return bytes(data)
