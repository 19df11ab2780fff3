"""Serves the built site from a table of its files, and follows the next build.

    request ──▶ is the folder another one? read it whole ──▶ look up ──▶ answer

WhiteNoise makes the table (addresses, types, caching, compressed variants). This module answers
conditionals and ranges, because WhiteNoise answers several cases wrong. An address is looked up
whole and decoded, so no spelling of it can leave the folder.
"""

import logging
import os
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote_from_bytes

import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from proxy.errors import Refusal
from proxy.web.edge.headers import STATIC_POLICY, Fields, security_headers
from proxy.web.edge.ranges import part_of
from proxy.web.site.compress import NotPlain
from proxy.web.site.negotiation import IDENTITY, choose_coding, not_modified
from proxy.web.site.shelf import File, SiteChanged, Variant, read_site

logger = logging.getLogger("casilla.web")

CHUNK_BYTES = 256 * 1024
# A request with one of these headers may not get the whole file.
CONDITIONS = frozenset({b"if-none-match", b"if-modified-since", b"range"})
# These headers describe a body: an answer without a body leaves them out.
OF_BODIES = frozenset({b"content-type", b"content-length", b"content-encoding", b"accept-ranges"})
# These headers let a browser keep a file: an error leaves them out.
OF_COPIES = frozenset({b"etag", b"last-modified", b"cache-control", b"accept-ranges"})
NO_STORE = (b"cache-control", b"no-store")
# Characters that an address may hold as they are; a redirect escapes the others.
URL_BYTES = "!#$%&'()*+,-./:;=?@[]_~"


TRIES, PAUSE = 5, 0.05  # seconds: a build takes the place of the last one in much less


class SiteMissing(Refusal):
    """There is no built site to serve."""


class Site:
    """Answers the addresses of the site and hands all others to `app`."""

    def __init__(self, app: ASGIApp, root: Path, origin: str) -> None:
        if not root.is_dir():
            raise SiteMissing("site.missing", path=root)
        self.app = app
        self.fields = security_headers(STATIC_POLICY, origin)
        self._root = root
        self._reading = anyio.Lock()
        self._read(self._folder())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._folder() != self._built:
            await self._follow()
        for _ in range(TRIES):
            file = self.files.get(scope["path"]) if scope["type"] == "http" else None
            if file is None:
                await self._elsewhere(scope, receive, send)
                return
            try:
                await self._answer(file, scope, send)
            except SiteChanged:
                await anyio.sleep(PAUSE)
                await self._follow(again=True)
            else:
                return
        logger.error("the site on the disk is not the one that was read")
        await self._empty(HTTPStatus.SERVICE_UNAVAILABLE, (NO_STORE,), send)

    def _folder(self) -> tuple[int, int]:
        """Tells one build from the next. While one takes the place of the other there is none."""
        try:
            found = os.stat(self._root)
        except OSError:
            return self._built
        return found.st_ino, found.st_mtime_ns

    def _read(self, folder: tuple[int, int]) -> None:
        files, redirects = read_site(self._root, self.fields)
        self.lost = files.pop("/404.html", None)
        self.files, self.redirects, self._built = files, redirects, folder

    async def _follow(self, *, again: bool = False) -> None:
        """Read the site on the disk. Requests wait, and none sees half of it. `again`: also when
        its folder is the same, since a file in it is not."""
        async with self._reading:
            while again or self._folder() != self._built:
                again, folder = False, self._folder()
                try:
                    await anyio.to_thread.run_sync(self._read, folder)
                except (NotPlain, OSError):
                    if self._folder() == folder:  # no other build came meanwhile
                        self._built = folder
                        logger.exception("the new site cannot be read: the one before stays")

    async def _answer(self, file: File, scope: Scope, send: Send) -> None:
        """Raises SiteChanged before anything is sent."""
        asked = dict(scope["headers"])
        if scope["method"] == "GET" and CONDITIONS.isdisjoint(asked):
            coding = choose_coding(asked.get(b"accept-encoding", b""), file.codings)
            variant = file.variants[coding]
            if variant.body is not None:  # nearly every request ends here
                await send(_start(HTTPStatus.OK, variant.fields))
                await send({"type": "http.response.body", "body": variant.body})
                return
        await self._with_care(file, asked, scope, send)

    async def not_found(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if self.lost is None:
            await self._empty(HTTPStatus.NOT_FOUND, (NO_STORE,), send)
            return
        accept = dict(scope["headers"]).get(b"accept-encoding", b"")
        variant = self.lost.variants[choose_coding(accept, self.lost.codings)]
        fields = (*_without(variant.fields, OF_COPIES), NO_STORE)
        whole = range(variant.size)
        try:
            await self._send(HTTPStatus.NOT_FOUND, fields, variant, whole, scope, send)
        except SiteChanged:
            await self._empty(HTTPStatus.NOT_FOUND, (NO_STORE,), send)

    async def _elsewhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        location = self.redirects.get(scope["path"]) if scope["type"] == "http" else None
        if location is None:
            await self.app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await self._not_allowed(send)
        else:
            if scope["query_string"]:
                query = quote_from_bytes(scope["query_string"], safe=URL_BYTES)
                location = location + b"?" + query.encode()
            found = ((b"location", location), (b"cache-control", b"max-age=60, public"))
            await self._empty(HTTPStatus.FOUND, found, send)

    async def _with_care(
        self, file: File, asked: dict[bytes, bytes], scope: Scope, send: Send
    ) -> None:
        """HEAD, conditionals, ranges, large files and methods that a file does not allow."""
        if scope["method"] not in ("GET", "HEAD"):
            await self._not_allowed(send)
            return
        # A range counts bytes of the plain file: half a compressed stream is of no use.
        ranged = b"range" in asked and scope["method"] == "GET"
        coding = IDENTITY
        if not ranged:
            coding = choose_coding(asked.get(b"accept-encoding", b""), file.codings)
        variant = file.variants[coding]

        if not_modified(asked, variant.etag, file.modified):
            fields = _without(variant.fields, OF_BODIES)
            await send(_start(HTTPStatus.NOT_MODIFIED, fields))
            await send({"type": "http.response.body"})
            return
        part = part_of(variant.size, variant.etag, asked if ranged else {})
        said = tuple((name.encode(), value.encode()) for name, value in part.headers.items())
        if part.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            await self._empty(part.status, (*said, NO_STORE), send)
            return
        fields = (*_without(variant.fields, {b"content-length"}), *said)
        await self._send(part.status, fields, variant, part.places, scope, send)

    async def _send(
        self,
        status: HTTPStatus,
        fields: Fields,
        variant: Variant,
        part: range,
        scope: Scope,
        send: Send,
    ) -> None:
        if scope["method"] == "HEAD":
            part = range(0)
        if variant.body is not None or not part:
            body = (variant.body or b"")[part.start : part.stop]
            await send(_start(status, fields))
            await send({"type": "http.response.body", "body": body})
            return
        handle = await anyio.to_thread.run_sync(variant.open)
        try:
            await send(_start(status, fields))
            async for chunk in _chunks(handle, part):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            os.close(handle)

    async def _not_allowed(self, send: Send) -> None:
        allow = ((b"allow", b"GET, HEAD"), NO_STORE)
        await self._empty(HTTPStatus.METHOD_NOT_ALLOWED, allow, send)

    async def _empty(self, status: HTTPStatus, fields: Fields, send: Send) -> None:
        await send(_start(status, (*fields, *self.fields, (b"content-length", b"0"))))
        await send({"type": "http.response.body"})


async def _chunks(handle: int, part: range) -> AsyncIterator[bytes]:
    at = part.start
    while at < part.stop:
        size = min(CHUNK_BYTES, part.stop - at)
        chunk = await anyio.to_thread.run_sync(os.pread, handle, size, at)
        if not chunk:
            return  # the file became shorter; the server closes the connection
        yield chunk
        at += len(chunk)


def _start(status: HTTPStatus, fields: Fields) -> dict[str, object]:
    return {"type": "http.response.start", "status": int(status), "headers": fields}


def _without(fields: Fields, names: frozenset[bytes] | set[bytes]) -> Fields:
    return tuple(field for field in fields if field[0] not in names)
