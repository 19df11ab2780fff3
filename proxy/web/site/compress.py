"""The last step of a build: writes a `.br` and a `.gz` beside each file that shrinks.

The build compresses once, at the highest quality, so that serving costs nothing. The same files
always give the same bytes.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from whitenoise.compress import Compressor  # type: ignore[import-untyped]

from proxy.errors import Refusal


class NotPlain(Refusal):
    """A built site holds something other than files: a link could publish data outside the site."""


def compress(folder: Path) -> None:
    compressor = Compressor(quiet=True)
    files = [path for path in plain_files(folder) if compressor.should_compress(path)]
    # Brotli and zlib release the interpreter's lock: threads use every core.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(compressor.compress, files, chunksize=1):
            pass  # reading each result raises its error


def plain_files(folder: Path | str) -> Iterator[str]:
    """In the order of the names. Raises NotPlain at a symlink, a pipe or a device."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from plain_files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry.path
        else:
            raise NotPlain("site.not_plain", path=entry.path)
