"""Reads the files of a build of the site, with the hash and the headers of each."""

import hashlib
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from whitenoise import WhiteNoise  # type: ignore[import-untyped]
from whitenoise.responders import Redirect, StaticFile  # type: ignore[import-untyped]

from proxy.web.edge.headers import Fields
from proxy.web.site.compress import plain_files
from proxy.web.site.negotiation import IDENTITY

# Small files are served from memory: the smallest first, up to HELD_BYTES in all. The others are
# read from the disk while they are sent.
SMALL_BYTES = 256 * 1024
HELD_BYTES = 64 * 1024 * 1024

# Files whose name holds a hash of the content, as main.484c7ddc.min.js, never change. Only these
# extensions, because a date has such digits too.
HASHED = r"\.[0-9a-f]{8,64}\.(?:min\.)?(?:js|css|woff2)$"
# Types that WhiteNoise does not know.
TYPES = {
    ".jsonld": "application/ld+json",
    ".csv": "text/csv",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
}

ETAG_CHARS = 24  # 144 bits of the SHA-256


class SiteChanged(Exception):
    """A file is not the one that was read."""


class Stamp(NamedTuple):
    """Shows whether a file on the disk is still the one that was read."""

    node: int
    size: int
    modified: int  # nanoseconds


@dataclass(slots=True)
class Variant:
    """One file on the disk: the page itself, or its brotli or gzip copy."""

    path: str
    stamp: Stamp
    etag: bytes  # of this variant's bytes, so it differs for each coding
    fields: Fields
    body: bytes | None

    @property
    def size(self) -> int:
        return self.stamp.size

    def open(self) -> int:
        """Returns a descriptor. Raises SiteChanged when the file is no longer that of the ETag."""
        try:
            handle = _open(self.path)
        except OSError as error:
            raise SiteChanged(self.path) from error
        if _stamp(handle) != self.stamp:
            os.close(handle)
            raise SiteChanged(self.path)
        return handle


@dataclass(slots=True)
class File:
    variants: dict[bytes, Variant]
    codings: tuple[bytes, ...]  # of the variants, smallest first
    modified: float


def read_site(root: Path, fields: Fields) -> tuple[dict[str, File], dict[str, bytes]]:
    """Files and redirects by decoded path. Raises NotPlain at a symlink below `root`."""
    root = root.resolve()
    for _ in plain_files(root):
        pass
    table = WhiteNoise(
        None,
        root,
        index_file=True,
        max_age=60,
        allow_all_origins=False,
        immutable_file_test=HASHED,
        mimetypes=TYPES,
    ).files
    redirects = {
        path: dict(found.response.headers)["Location"].encode()
        for path, found in table.items()
        if isinstance(found, Redirect)
    }
    files = {path: found for path, found in table.items() if path not in redirects}
    variants = _read_variants(files, fields)
    return {path: _file(variants[path]) for path in files}, redirects


def _read_variants(
    files: dict[str, StaticFile], fields: Fields
) -> dict[str, list[tuple[bytes, Variant]]]:
    found = [
        (int(dict(headers)["Content-Length"]), path, place, dict(headers))
        for path, file in files.items()
        for _, place, headers in file.alternatives
    ]
    variants: dict[str, list[tuple[bytes, Variant]]] = {path: [] for path in files}
    room = HELD_BYTES
    for size, path, place, headers in sorted(found, key=lambda entry: entry[:3]):
        coding = headers.get("Content-Encoding", "identity").encode()
        variant = _read(place, coding, headers, fields, keep=size <= min(SMALL_BYTES, room))
        room -= len(variant.body or b"")
        variants[path].append((coding, variant))
    return variants


def _file(variants: list[tuple[bytes, Variant]]) -> File:
    by_coding = dict(variants)
    modified = by_coding[IDENTITY].stamp.modified / 10**9
    return File(by_coding, tuple(by_coding), modified)


def _read(
    place: str, coding: bytes, headers: dict[str, str], fields: Fields, *, keep: bool
) -> Variant:
    with open(_open(place), "rb") as handle:
        stamp = _stamp(handle.fileno())
        body = handle.read() if keep else None
        digest = hashlib.file_digest(handle, "sha256") if body is None else hashlib.sha256(body)
    mark = b"" if coding == IDENTITY else b"-" + coding
    etag = b'"%s%s"' % (urlsafe_b64encode(digest.digest())[:ETAG_CHARS], mark)
    headers["Content-Type"] = headers["Content-Type"].replace('"', "")  # charset=utf-8, unquoted
    headers |= {"ETag": etag.decode(), "Content-Length": str(stamp.size)}
    if coding == IDENTITY:
        headers["Accept-Ranges"] = "bytes"
    own = tuple((name.lower().encode(), value.encode()) for name, value in headers.items())
    return Variant(place, stamp, etag, own + fields, body)


def _open(place: str) -> int:
    return os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _stamp(handle: int) -> Stamp:
    found = os.fstat(handle)
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)
