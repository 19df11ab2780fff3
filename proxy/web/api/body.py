"""Reads the bodies of the API: a deposit goes to the disk as it comes, the others are small."""

from collections.abc import AsyncIterator
from functools import partial

import anyio
from anyio.to_thread import run_sync
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from proxy.domain.files import Limits
from proxy.errors import Refusal
from proxy.flows.coming import Parts
from proxy.web.edge.guards import READ_TO_ITS_END, SECONDS

AT_ONCE = 256 * 1024  # bytes for one trip to a thread
IDLE = 20  # seconds without a byte
PATIENCE, SLOWEST = 60, 50_000  # seconds, and then bytes a second
AROUND = 128 * 1024  # bytes: the part `datos`, boundaries and headers
HEADERS, HEADER = 8, 2048  # of a part: how many, and how long
SMALL = 16 * 1024  # bytes of a body that is no deposit


async def read_parts(request: Request, parts: Parts, limits: Limits) -> None:
    """Refuses `api.no_multipart`, `api.multipart`, `api.large`, `api.slow`, and as `parts` does.

    What is refused is read to its end: a front server that is still sending takes an early answer
    for a fault, and answers 502.
    """
    chunks = _chunks(request)
    try:
        most = AROUND + limits.acto + limits.anexo * limits.anexos
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > most:
            raise Refusal("api.large", most=most)
        parser = _Parser(_boundary(request), parts)
        waiting, size = bytearray(), 0
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise Refusal("api.large", most=most)
            waiting += chunk
            if len(waiting) >= AT_ONCE:
                await run_sync(parser.write, bytes(waiting))
                waiting.clear()
        await run_sync(parser.finish, bytes(waiting))
    except Exception:
        await _read_to_its_end(chunks)
        raise


async def read_json(request: Request) -> bytes:
    """Refuses `api.no_json`, `api.large` and `api.slow`."""
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    chunks, body = _chunks(request), b""
    try:
        if kind != b"application/json" or "content-encoding" in request.headers:
            raise Refusal("api.no_json")
        async for chunk in chunks:
            body += chunk
            if len(body) > SMALL:
                raise Refusal("api.large", most=SMALL)
    except Refusal:
        await _read_to_its_end(chunks)
        raise
    return body


async def read_for_nothing(request: Request) -> None:
    """Of a deposit that is refused before it is read: see `read_parts`."""
    await _read_to_its_end(_chunks(request))


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """Refuses `api.slow` when nothing comes for a while, it takes too long for what came, or the
    other side hangs up: each body under way holds copies on the disk."""
    stream, began, size = request.stream(), anyio.current_time(), 0
    while True:
        left = PATIENCE + size / SLOWEST - (anyio.current_time() - began)
        try:
            with anyio.fail_after(min(IDLE, left)):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect):
            raise Refusal("api.slow") from None
        size += len(chunk)
        yield chunk


async def _read_to_its_end(chunks: AsyncIterator[bytes]) -> None:
    left = READ_TO_ITS_END
    with anyio.move_on_after(SECONDS):
        while left > 0:
            try:
                left -= len(await anext(chunks))
            except (StopAsyncIteration, Refusal):
                return


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or "content-encoding" in request.headers:
        raise Refusal("api.no_multipart")
    if not boundary:
        raise Refusal("api.multipart")
    return boundary


class _Parser:
    """Gives each part its bytes. It works in a thread: a part is hashed and written as it comes."""

    def __init__(self, boundary: bytes, parts: Parts) -> None:
        self._parts = parts
        self._name = self._value = b""
        self._fields: dict[bytes, bytes] = {}
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._fields.clear,
                    "on_header_field": partial(self._add, "_name"),
                    "on_header_value": partial(self._add, "_value"),
                    "on_header_end": self._header,
                    "on_headers_finished": self._begin,
                    "on_part_data": self._data,
                    "on_part_end": parts.end,
                    "on_end": self._end,
                },
                max_header_count=HEADERS,
                max_header_size=HEADER,
            )
        except FormParserError:
            raise Refusal("api.multipart") from None

    def write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise Refusal("api.multipart") from None

    def finish(self, chunk: bytes) -> None:
        self.write(chunk)
        if not self._ended:
            raise Refusal("api.multipart")

    def _add(self, which: str, data: bytes, start: int, end: int) -> None:
        setattr(self, which, getattr(self, which) + data[start:end])

    def _header(self) -> None:
        self._fields[self._name.lower()] = self._value
        self._name = self._value = b""

    def _begin(self) -> None:
        said = self._fields.get(b"content-disposition", b"")
        kind, options = parse_options_header(said)
        if kind != b"form-data" or b"name" not in options:
            raise Refusal("api.multipart")
        self._parts.begin(options[b"name"].decode(errors="replace")[:40])

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._parts.write(data[start:end])

    def _end(self) -> None:
        self._ended = True
