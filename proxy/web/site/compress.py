"""The last step of a build: each file that shrinks gets a `.br` and a `.gz` beside it.

Done once, at the highest quality, so that serving costs nothing. The same files always give the
same bytes.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from whitenoise.compress import Compressor  # type: ignore[import-untyped]

from proxy.errors import Refusal


class NotPlain(Refusal):
    """Something in a built site that is no file: a link could publish what lies outside of it."""


def compress(folder: Path) -> None:
    compressor = Compressor(quiet=True)
    files = [path for path in plain_files(folder) if compressor.should_compress(path)]
    # Brotli and zlib let go of the interpreter's lock: threads use every core.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(compressor.compress, files, chunksize=1):
            pass  # asking for each result raises what went wrong


def plain_files(folder: Path | str) -> Iterator[str]:
    """Every file below `folder`, in order. Raises NotPlain at a symlink, a pipe or a device."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from plain_files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry.path
        else:
            raise NotPlain("site.not_plain", path=entry.path)
