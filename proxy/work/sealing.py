"""The process that renders and seals: what it loads is heavy, and requests wait for no seal.

    its parent ──▶ one line of JSON: what to state, when, and with which seal ──▶ the PDF back

It ends when its parent does, however that ends: nobody writes to it any more.
"""

import json
import os
import subprocess
import sys
from datetime import datetime
from functools import partial
from threading import Timer
from typing import IO, TYPE_CHECKING, Any

from proxy.settings import Settings

if TYPE_CHECKING:
    from proxy.keys.seal import Seal

SIZE = 8  # bytes before each answer, which say how long it is
SECONDS = 90  # for one, with an authority of time that hangs, on a busy machine
NICE = 10  # below whoever answers a request


class OtherSeal(Exception):
    """The file of the seal was replaced after its certificate was stated: it is stated again."""


class NotSealed(Exception):
    """The text says what failed, and may be logged."""


class Sealing:
    """Starts its process when there is something to seal. For one thread."""

    def __init__(self, settings: Settings) -> None:
        self._with = {
            "file": str(settings.seal_path),
            "password": settings.seal_password,
            "tsa": settings.tsa_url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, text: str, at: datetime, reason: str) -> bytes:
        """Raises NotSealed."""
        asked = self._with | {"text": text, "at": at.isoformat(), "reason": reason}
        process = self._running()
        assert process.stdin and process.stdout
        limit = Timer(SECONDS, process.kill)
        limit.start()
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            made = _answer(process.stdout)
        except OSError:
            made = None
        finally:
            limit.cancel()
        if made is None:
            self.close()
            raise NotSealed("its process ended")
        if not made.startswith(b"%PDF-"):
            raise NotSealed(made.decode(errors="replace"))
        return made

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "proxy.work.sealing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl+C is for its parent, which ends it
            )
        return self._process


def _answer(pipe: IO[bytes]) -> bytes | None:
    size = pipe.read(SIZE)
    if len(size) < SIZE:
        return None
    made = pipe.read(int.from_bytes(size, "big"))
    return made if len(made) == int.from_bytes(size, "big") else None


def main() -> None:
    os.nice(NICE)
    kept: dict[tuple[object, ...], Seal] = {}
    for line in sys.stdin.buffer:
        try:
            made = _made(json.loads(line), kept)
        except Exception as error:  # said to its parent, which tries again later
            made = type(error).__name__.encode()
        sys.stdout.buffer.write(len(made).to_bytes(SIZE, "big") + made)
        sys.stdout.buffer.flush()


def _made(asked: dict[str, Any], kept: "dict[tuple[object, ...], Seal]") -> bytes:
    from proxy.render.constancia import render_constancia

    seal = _seal(asked, kept)
    if json.loads(asked["text"])["emisor"]["certificado"]["sha256"] != seal.certificate.sha256:
        raise OtherSeal
    return seal.seal(
        render_constancia(asked["text"]), datetime.fromisoformat(asked["at"]), asked["reason"]
    )


def _seal(asked: dict[str, Any], kept: "dict[tuple[object, ...], Seal]") -> "Seal":
    """Read again when its file is another one."""
    from pathlib import Path

    from proxy.keys.seal import Seal
    from proxy.keys.seal_file import read_seal, remember_authority
    from proxy.outside.tsa import TimeAuthority

    path = Path(asked["file"])
    there = path.stat()
    key = (path, there.st_ino, there.st_mtime_ns)
    if key not in kept:
        kept.clear()
        ask_time = TimeAuthority(asked["tsa"]) if asked["tsa"] else None
        accept = partial(remember_authority, path)
        kept[key] = Seal(read_seal(path, asked["password"]), ask_time, accept)
    return kept[key]


if __name__ == "__main__":
    main()
