"""What the archive on this machine sends back, and the ways in which an answer can be spoilt."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Answer:
    """What goes back; `sent` of the body's bytes in fact, where the line is to break."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    hang_up: bool = False
    drop_length: bool = False  # a body whose length is not stated


Spoiler = Callable[[Answer], Answer]


def refusal(status: int, **headers: str) -> Spoiler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(status, b'{"detail": "no"}', named)


def cut(sent: int) -> Spoiler:
    return lambda answer: replace(answer, sent=sent)


def hang_up(answer: Answer) -> Answer:
    return replace(answer, hang_up=True)


def instead(body: bytes) -> Spoiler:
    return lambda answer: replace(answer, body=body)


def page_with(change: Callable[[dict], object]) -> Spoiler:
    def spoil(answer: Answer) -> Answer:
        page = json.loads(answer.body)
        change(page)
        return replace(answer, body=json.dumps(page).encode())

    return spoil


def no_spoiling(answer: Answer) -> Answer:
    return answer
