"""Sends the files of a notificacion to a browser: whole, in part, or several as a zip.

Strangers wrote the files, so a browser must save them and never show them as part of the
casilla (S72).
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from proxy.render.archive import Archive, file_name
from proxy.web.edge.ranges import in_part

CHUNK = 256 * 1024
ISOLATED = "sandbox; default-src 'none'"


def one_file(request: Request, path: Path, name: str, media_type: str, sha256: str) -> Response:
    headers, size = _headers(name, media_type), path.stat().st_size
    return in_part(request, size, f'"{sha256}"', partial(_pieces, path), headers)


def one_zip(archive: Archive, name: str) -> Response:
    headers = _headers(name, "application/zip") | {"Content-Length": str(archive.size)}
    return StreamingResponse(archive.content, headers=headers)


def made(pieces: Iterator[bytes] | AsyncIterator[bytes], name: str, media_type: str) -> Response:
    """What we made ourselves, while it is made."""
    return StreamingResponse(pieces, headers=_headers(name, media_type))


def _headers(name: str, media_type: str) -> dict[str, str]:
    return {
        "Content-Type": media_type,
        "Content-Disposition": disposition(name),
        "Content-Security-Policy": ISOLATED,
    }


def disposition(name: str) -> str:
    """Old programs get the name in plain letters (RFC 6266, RFC 8187)."""
    whole = file_name(name)
    plain = re.sub(r"[^A-Za-z0-9._() -]", "_", _without_accents(whole))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(whole, safe='')}"


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _pieces(path: Path, wanted: range) -> Iterator[bytes]:
    left = len(wanted)
    with path.open("rb") as file:
        file.seek(wanted.start)
        while left and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
