"""Serves the casilla's own style sheets, scripts and icons, from memory: they are few and small.

Each address holds a hash of the content, so a browser may keep the file and still gets every
change.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from proxy.web.site.negotiation import IDENTITY, choose_coding, not_modified

STATIC = Path(__file__).parents[2] / "static"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    address: str  # casilla.0123456789ab.css
    media_type: str
    codings: dict[bytes, bytes]  # smallest first
    digest: str


@cache
def assets() -> dict[str, Asset]:
    return {path.name: _asset(path) for path in STATIC.iterdir() if path.suffix in MEDIA_TYPES}


async def asset(request: Request) -> Response:
    found = _by_address().get(request.path_params["address"])
    if found is None:
        raise HTTPException(404)
    accept = request.headers.get("accept-encoding", "")
    coding = choose_coding(accept.encode("latin-1"), list(found.codings))
    etag = f'"{found.digest}-{coding.decode()}"'
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": etag,
        "Vary": "Accept-Encoding",
    }
    if not_modified(dict(request.headers.raw), etag.encode(), modified=0):
        return Response(status_code=304, headers=headers)
    if coding != IDENTITY:
        headers["Content-Encoding"] = coding.decode()
    return Response(found.codings[coding], headers=headers, media_type=found.media_type)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    codings = {
        b"br": brotli.compress(content),
        b"gzip": gzip.compress(content, mtime=0),
        IDENTITY: content,
    }
    address = f"{path.stem}.{digest}{path.suffix}"
    return Asset(address, MEDIA_TYPES[path.suffix], codings, digest)


@cache
def _by_address() -> dict[str, Asset]:
    return {found.address: found for found in assets().values()}
