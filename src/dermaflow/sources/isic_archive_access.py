"""Address and token of the ISIC Archive, from environment variables, and HTTP sessions that use them with care.

DERMAFLOW_ISIC_ARCHIVE_URL    the API v2 (by default the public one)
DERMAFLOW_ISIC_ARCHIVE_TOKEN  sent to that address only, over https (or to this machine), and never shown
"""

import os
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util.retry import Retry

from dermaflow.core.errors import SourceError

PUBLIC_API = "https://api.isic-archive.com/api/v2"
URL_VARIABLE = "DERMAFLOW_ISIC_ARCHIVE_URL"
TOKEN_VARIABLE = "DERMAFLOW_ISIC_ARCHIVE_TOKEN"  # noqa: S105 - the name of a variable

BUSY = (429, 500, 502, 503, 504)
RETRIES = 5  # of a request that is refused for now or does not get through
MAX_WAIT_S = 120  # between two tries, whatever Retry-After asks for
MAX_REDIRECTS = 5


def stated_address() -> str:
    """The address that the environment states, without a slash at its end.

    Raises:
        SourceError: it is no web address, or one with a user, a query or a fragment in it.
    """
    address = os.environ.get(URL_VARIABLE, "").strip() or PUBLIC_API
    try:
        parts = urlsplit(address)
        plain = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc and address.isascii()
    except ValueError:
        plain = False
    if not plain or parts.query or parts.fragment:
        raise SourceError(f"{URL_VARIABLE}: expected an address such as {PUBLIC_API}, without user or query in it")
    return address.rstrip("/")


def stated_token(address: str) -> str:
    """The token that the environment states for the archive at `address`; blank: none.

    Raises:
        SourceError: it is none, or it would travel in the clear.
    """
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if any(not "!" <= character <= "~" for character in token):
        raise SourceError(f"{TOKEN_VARIABLE}: expected a token, found characters that none has (it is not shown here)")
    parts = urlsplit(address)
    if token and parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise SourceError(
            f"{TOKEN_VARIABLE}: a token is sent over https only, {URL_VARIABLE} says http: set an address with https"
        )
    return token


def patient_session(token: str, connections: int, backoff_s: float) -> requests.Session:
    """A session that threads may share, which waits and tries again where a server is busy or out of reach.

    Args:
        token: sent with every request; blank: none.
        connections: kept open to one host.
        backoff_s: the wait before the second retry; it doubles with each. Retry-After goes before it.
    """
    patience = Retry(
        total=RETRIES,
        status_forcelist=BUSY,
        backoff_factor=backoff_s,
        backoff_max=MAX_WAIT_S,
        retry_after_max=MAX_WAIT_S,
        raise_on_status=False,
    )
    session = requests.Session()
    session.auth = _Bearer(token)
    session.max_redirects = MAX_REDIRECTS
    session.headers.update({"User-Agent": "dermaflow", "Accept": "*/*"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=patience, pool_maxsize=connections))
    return session


class _Bearer(AuthBase):
    """Sends a token, or nothing: in neither case what a .netrc may hold for that host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request
