"""Asks an outside service one question within a time limit, in JSON or in bytes of its own.

Follows no redirect.
"""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import HTTPResponse

from proxy.outside.deadline import Deadline


@dataclass(frozen=True)
class Reply:
    status: int
    kind: str  # the media type, without its parameters
    said: bytes  # the bytes of the body, up to the limit of the caller


class NoReply(Exception):
    """The service may have received the question. The text names no address and may be logged."""

    def __init__(self, reason: str, *, slow: bool) -> None:
        super().__init__(reason)
        self.slow = slow


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def ask(
    url: str,
    question: object,
    headers: Mapping[str, str],
    *,
    connect_seconds: float,
    seconds: float,
    most: int,
) -> Reply:
    """Bytes are asked as they are, and `headers` says of what kind. `connect_seconds` limits the
    greeting of TLS too, `seconds` the whole answer, `most` the bytes that are read. Raises NoReply.
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    usual = {
        "Connection": "close",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "casilla",
    }
    body = question if isinstance(question, bytes) else _json(question)
    connection, limit = _connection(url, connect_seconds), Deadline(seconds)
    try:
        with _as_no_reply(limit):
            connection.connect()
            connection.timeout = seconds
            with limit:
                limit.watch(connection.sock)
                connection.request(
                    "POST", target, body, {**usual, **headers}, preload_content=False
                )
                response = connection.getresponse()
                kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                return Reply(response.status, kind, _said(response, most))
    finally:
        connection.close()


def _json(question: object) -> bytes:
    return json.dumps(question, ensure_ascii=False).encode()


def _connection(url: str, connect_seconds: float) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return HTTPConnection(host, parts.port or 80, timeout=connect_seconds)
    context = ssl.create_default_context()
    return HTTPSConnection(host, parts.port or 443, timeout=connect_seconds, ssl_context=context)


def _said(response: HTTPResponse, most: int) -> bytes:
    said = b""
    # A service that gave a status has answered, even if the body breaks off.
    with suppress(OSError, HTTPError, HTTPException):
        while len(said) < most and (piece := response.read1(most - len(said))):
            said += piece
    return said


@contextmanager
def _as_no_reply(limit: Deadline) -> Iterator[None]:
    try:
        yield
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        timeout = isinstance(error, (TimeoutError, ReadTimeoutError))
        slow = timeout or limit.over
        raise NoReply("too slow" if slow else type(error).__name__, slow=slow) from None
