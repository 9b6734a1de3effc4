"""An ISIC Archive on this machine: the forms of its API v2 over real HTTP, and whatever can go wrong, on request.

Forms as in the archive's own code (github.com/ImageMarkup/isic, isic/core/api/image.py, isic/core/pagination.py):
newest images first, a cursor that is an encoded position, `count` on the first page only, `{"detail": …}` at 404.
Files lie on a second server, behind addresses that expire.
"""

import base64
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.sources.archive_answers import Answer, Spoiler, no_spoiling, refusal
from tests.sources.archive_holdings import Held, isic_id, jpeg, matching


class Archive:
    """The archive's holdings, its record of requests, and what it is to do wrong next."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.token = ""
        self.generation = 0  # of signed addresses
        self.file_delay_s = 0.0
        self.requests: list[tuple[str, str, dict[str, str]]] = []  # (path, query, headers)
        self.most_at_once = 0
        self._at_once = 0
        self._spoilers: dict[str, deque[Spoiler]] = defaultdict(deque)
        self._lock = threading.Lock()
        self.api = self.files = ""

    def add(self, *numbers: int, **changes) -> None:
        for number in numbers:
            name = isic_id(number)
            self.held[name] = replace(Held(name, jpeg(number), created=number), **changes)

    def spoil(self, path: str, *spoilers: Spoiler) -> None:
        """Spoil the next answers to requests whose path ends so, one each."""
        self._spoilers[path].extend(spoilers)

    def expire(self) -> None:
        """All addresses that were given out are worth nothing from now on."""
        self.generation += 1

    def asked(self, end: str) -> int:
        """How many requests there were for a path that ends so."""
        return sum(path.endswith(end) for path, _, _ in self.requests)

    def wait_until_idle(self) -> None:
        """Wait until nothing is asked for a second: what a killed process has sent may be read after its death."""
        known = -1
        while self._at_once or len(self.requests) != known:
            known = len(self.requests)
            time.sleep(1)

    def answer(self, path: str, query: str, headers: dict[str, str]) -> Answer:
        with self._lock:
            self.requests.append((path, query, headers))
            waiting = next((s for end, s in self._spoilers.items() if path.endswith(end) and s), None)
            spoiler = waiting.popleft() if waiting else no_spoiling
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return spoiler(self._true_answer(path, {name: v[0] for name, v in parse_qs(query).items()}, headers))
        finally:
            with self._lock:
                self._at_once -= 1

    def _true_answer(self, path: str, asked: dict[str, str], headers: dict[str, str]) -> Answer:
        if path.startswith("/files/"):
            return self._file(path.removeprefix("/files/").removesuffix(".jpg"), asked)
        sent = headers.get("Authorization", "")
        if sent and sent != f"Bearer {self.token}":
            return Answer(401, b'{"detail": "Unauthorized"}')
        visible = {name: held for name, held in self.held.items() if held.public or sent}
        if path == "/api/v2/images/search/":
            return self._search(list(visible.values()), asked, headers["Host"])
        found = visible.get(path.removeprefix("/api/v2/images/").removesuffix("/"))
        return Answer(200, json.dumps(self._record(found)).encode()) if found else refusal(404)(Answer(0, b""))

    def _file(self, name: str, asked: dict[str, str]) -> Answer:
        time.sleep(self.file_delay_s)
        if asked.get("Signature") != f"secret-{self.generation}":
            return Answer(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
        held = self.held.get(name)
        return Answer(200, held.data) if held else Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _search(self, visible: list[Held], asked: dict[str, str], host: str) -> Answer:
        found = matching(visible, asked.get("query", ""))
        if found is None:
            return Answer(400, b'{"message": "Could not parse search query."}')
        if "collections" in asked:
            wanted = {int(number) for number in asked["collections"].split(",")}
            found = [held for held in found if wanted & set(held.collections)]
        found.sort(key=lambda held: -held.created)
        limit = min(int(asked.get("limit", 100)), 100)
        position = parse_qs(base64.b64decode(asked["cursor"]).decode())["p"][0] if "cursor" in asked else None
        rest = [held for held in found if position is None or held.created < int(position)]
        page, following = rest[:limit], None
        if len(rest) > limit:
            cursor = base64.b64encode(urlencode({"p": str(page[-1].created)}).encode()).decode()
            following = f"http://{host}/api/v2/images/search/?{urlencode(sorted((asked | {'cursor': cursor}).items()))}"
        count = len(found) if position is None else None
        records = [self._record(held) for held in page]
        return Answer(
            200, json.dumps({"results": records, "count": count, "next": following, "previous": None}).encode()
        )

    def _record(self, held: Held) -> dict:
        signed = urlencode({"Expires": "1700000000", "Signature": f"secret-{self.generation}"})
        return {
            "isic_id": held.isic_id,
            "public": held.public,
            "copyright_license": held.licence,
            "attribution": held.attribution,
            "files": {
                "full": {"url": f"{self.files}/files/{held.isic_id}.jpg?{signed}", "size": len(held.data)},
                "thumbnail_256": {"url": f"{self.files}/thumbnails/{held.isic_id}.jpg?{signed}", "size": 9},
            },
            "metadata": {"acquisition": held.acquisition, "clinical": held.clinical},
        }


@contextmanager
def serving() -> Iterator[Archive]:
    """An archive that answers at `api`, with its files at `files`, until the block ends."""
    archive = Archive()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            parts = urlsplit(self.path)
            answer = archive.answer(parts.path, parts.query, dict(self.headers.items()))
            if not answer.hang_up:
                self.send_response(answer.status)
                length = {} if answer.drop_length else {"Content-Length": str(len(answer.body))}
                for name, value in (length | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: answer.sent])
            self.close_connection = answer.hang_up or answer.sent is not None

        def log_message(self, *_):
            """Silent."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that was killed is no news."""

    servers = [Server(("127.0.0.1", 0), Handler) for _ in range(2)]
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}) for server in servers]
    for thread in threads:
        thread.start()
    archive.api, archive.files = (
        f"http://127.0.0.1:{servers[0].server_port}/api/v2",
        f"http://localhost:{servers[1].server_port}",
    )
    try:
        yield archive
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()
