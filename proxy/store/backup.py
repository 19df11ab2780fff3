"""One file with the database and the documents, and the way back from it. Never the keys.

    respaldo.json ──▶ base.db or base.dump ──▶ documentos/<2 digits>/<sha256>… ──▶ SHA256SUMS

It is made while the service works. The database is copied first, at one instant; a document is
never changed nor deleted, so those that its rows name are all there afterwards. Memory stays flat
however many they are: `tarfile` keeps each member unless its list is emptied.
"""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sqlalchemy import bindparam, inspect, select, union
from sqlalchemy.engine import URL, make_url

from proxy.errors import Refusal, Unavailable
from proxy.store import schema
from proxy.store.db import Database
from proxy.store.documents import CHUNK, Documents
from proxy.store.tables import constancias, files

FORM = 1
ABOUT, SUMS, FOLDER = "respaldo.json", "SHA256SUMS", "documentos"
BASES = {"sqlite": "base.db", "postgresql": "base.dump"}
MOST_ABOUT = 10_000  # bytes
DOCUMENT = re.compile(rf"{FOLDER}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")
SECRETS = ("password", "sslpassword")
DAMAGED = (
    tarfile.TarError, EOFError, ValueError, KeyError, TypeError, RecursionError, FileExistsError,
    Unavailable,
)  # fmt: skip
STAGING = ".restaurando-"
ROWS = 1000
_NAMED = union(
    select(files.c.sha256).where(files.c.sha256 > bindparam("after")),
    select(constancias.c.sha256).where(constancias.c.sha256 > bindparam("after")),
).subquery()
_NEXT = select(_NAMED.c.sha256).order_by(_NAMED.c.sha256).limit(ROWS)


@dataclass(frozen=True)
class Saved:
    documents: int
    tables: str  # the version of the tables


def save(db: Database, url: str, documents: Documents, target: Path) -> Saved:
    """Whole or not at all, and never over another file.

    Refuses `backup.there`, `backup.nothing`, `backup.document`, `backup.tool`, `backup.failed`.
    """
    if target.exists():
        raise Refusal("backup.there", path=target)
    version = schema.current(db)
    if version is None:
        raise Refusal("backup.nothing")
    engine = "sqlite" if db.sqlite else "postgresql"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
        beside = Path(name)
        base = beside / BASES[engine]
        _copy_sqlite(db, base) if db.sqlite else _dump(url, base)
        about = {"formato": FORM, "motor": engine, "tablas": version}
        (beside / ABOUT).write_text(json.dumps(about))
        whole, count = beside / "whole", 0
        with _private(whole) as file, _Written(file, beside / SUMS) as tar:
            tar.add(ABOUT, beside / ABOUT)
            tar.add(base.name, base)
            for sha256 in _named(db):
                path = documents.path(sha256)
                if not path.is_file() or tar.add(_member(sha256), path) != sha256:
                    raise Refusal("backup.document", sha256=sha256)
                count += 1
        try:
            os.link(whole, target)
        except FileExistsError:
            raise Refusal("backup.there", path=target) from None
    _sync(target.parent)
    return Saved(count, version)


def restore(source: Path, url: str, documents: Documents) -> Saved:
    """Into an empty place only; nothing is in its place before every checksum is right.

    Refuses `backup.occupied`, `backup.documents`, `backup.damaged`, `backup.engine`,
    `backup.newer`, `backup.tool` and `backup.failed`.
    """
    parsed = make_url(url)
    engine = parsed.get_backend_name()
    _refuse_occupied(url, documents)
    documents.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    base_folder = Path(parsed.database or "").parent if engine == "sqlite" else documents.folder
    with (
        tempfile.TemporaryDirectory(dir=documents.folder, prefix=STAGING) as staged,
        tempfile.TemporaryDirectory(dir=base_folder, prefix=STAGING) as beside,
    ):
        base = Path(beside) / BASES[engine]
        with source.open("rb") as file:
            try:
                saved = _unpack(file, engine, base, Path(staged))
                if engine == "sqlite" and _tables_of(base) != saved.tables:
                    raise ValueError
            except DAMAGED:
                raise Refusal("backup.damaged", path=source) from None
        os.sync()
        # The database is last: until it is there, nothing was restored.
        with _put(Path(staged) / FOLDER, documents.folder):
            if engine == "sqlite":
                base.rename(Path(parsed.database or ""))
                _sync(base_folder)
            else:
                _load(url, base)
    return saved


def _tables_of(base: Path) -> str | None:
    db = Database(f"sqlite:///{base}")
    try:
        return schema.current(db)
    finally:
        db.close()  # nothing stays beside the file


@contextmanager
def _put(staged: Path, place: Path) -> Iterator[None]:
    """Each folder in its place, and back if what follows fails."""
    names = [folder.name for folder in staged.iterdir()]
    for name in names:
        (staged / name).rename(place / name)
    _sync(place)
    try:
        yield
    except BaseException:
        for name in names:
            (place / name).rename(staged / name)
        raise


def _unpack(file: BinaryIO, engine: str, base: Path, staged: Path) -> Saved:
    """Raises ValueError, and what tarfile raises, if it is not what `save` wrote."""
    count = 0
    sums = hashlib.sha256()
    (staged / FOLDER).mkdir(mode=0o700)
    with tarfile.open(fileobj=file, mode="r|") as tar:
        about = _about(_next(tar, ABOUT), engine, sums)
        content = _next(tar, base.name)
        _note(sums, _take(content, base, 0o600), base.name)
        for name, content in _members(tar):
            if name == SUMS:
                break
            found = DOCUMENT.fullmatch(name)
            if not found:  # a way out of the folder, too
                raise ValueError
            folder = staged / FOLDER / found[1]
            folder.mkdir(mode=0o700, exist_ok=True)
            if _take(content, folder / found[2], 0o400) != found[2]:
                raise ValueError
            _note(sums, found[2], name)
            count += 1
        else:
            raise ValueError  # its end is missing
        if _digest(content) != sums.hexdigest():
            raise ValueError
        if next(_members(tar), None):
            raise ValueError
    return Saved(count, about)


def _about(content: IO[bytes], engine: str, sums: "hashlib._Hash") -> str:
    told = content.read(MOST_ABOUT)
    _note(sums, hashlib.sha256(told).hexdigest(), ABOUT)
    about = json.loads(told)
    if about["motor"] not in BASES:
        raise ValueError
    if about["formato"] != FORM or schema.of_a_newer_program(about["tablas"]):
        raise Refusal("backup.newer")
    if about["motor"] != engine:
        raise Refusal("backup.engine", made=about["motor"], here=engine)
    return str(about["tablas"])


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    while member := tar.next():
        tar.members = []  # type: ignore[attr-defined]
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:  # a link, a device
            raise ValueError
        yield member.name, content


def _next(tar: tarfile.TarFile, wanted: str) -> IO[bytes]:
    name, content = next(_members(tar), ("", None))
    if name != wanted or content is None:
        raise ValueError
    return content


def _take(content: IO[bytes], path: Path, mode: int) -> str:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as copy:
        return _digest(content, copy)


def _digest(content: IO[bytes], copy: BinaryIO | None = None) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        if copy:
            copy.write(chunk)
    return digest.hexdigest()


def _note(sums: "hashlib._Hash", digest: str, name: str) -> None:
    sums.update(_line(digest, name))


def _line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()


class _Written:
    """A tar that is being written, and the checksums of its members, which `sha256sum -c` reads."""

    def __init__(self, file: BinaryIO, sums: Path) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w|")  # noqa: SIM115
        self._sums = sums

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with closing(self._tar):  # which must not outlive its file
            if kind is None:
                self.add(SUMS, self._sums)

    def add(self, name: str, path: Path) -> str:
        with path.open("rb") as file:
            member = tarfile.TarInfo(name)
            stat = os.fstat(file.fileno())
            member.size, member.mtime, member.mode = stat.st_size, int(stat.st_mtime), 0o600
            hashing = _Hashing(file)
            self._tar.addfile(member, hashing)
        self._tar.members = []  # type: ignore[attr-defined]
        digest = hashing.digest.hexdigest()
        if name != SUMS:
            with self._sums.open("ab") as sums:
                sums.write(_line(digest, name))
        return digest


class _Hashing:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


def _named(db: Database) -> Iterator[str]:
    """In short transactions. A row that came after the copy only adds a document to it."""
    after: str | None = ""
    while after is not None:
        with db.reading() as tx:
            found = [*tx.conn.execute(_NEXT, {"after": after}).scalars()]
        yield from found
        after = found[-1] if found else None


def _member(sha256: str) -> str:
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def _copy_sqlite(db: Database, copy: Path) -> None:
    """All in one step, which keeps no writer waiting: SQLite's write-ahead log goes on."""
    copy.touch(mode=0o600)
    pooled = db.engine.raw_connection()
    driver = pooled.driver_connection
    assert driver is not None
    try:
        with closing(sqlite3.connect(copy)) as target:
            driver.backup(target)
    finally:
        pooled.close()


def _dump(url: str, dump: Path) -> None:
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")


def _load(url: str, dump: Path) -> None:
    """In one transaction: what fails leaves the database empty."""
    ways = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run("pg_restore", url, *ways, str(dump))


def _run(tool: str, url: str, *arguments: str) -> None:
    """The password goes in the environment: everybody reads the arguments of a process."""
    parsed = make_url(url)
    query = {name: value for name, value in parsed.query.items() if name not in SECRETS}
    secret = parsed.password or parsed.query.get("password")
    shown = URL.create(
        "postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database, query
    ).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(secret)} if secret else {})}
    command = [tool, "--no-password", f"--dbname={shown}", *arguments]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise Refusal("backup.tool", tool=tool) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise Refusal("backup.failed", tool=tool, said=said)


def _refuse_occupied(url: str, documents: Documents) -> None:
    db = Database(url)
    with db.reading() as tx:
        taken = bool(inspect(tx.conn).get_table_names())
    db.close()  # of SQLite nothing stays beside its file
    if taken:
        raise Refusal("backup.occupied")
    if documents.folder.exists() and any(documents.folder.iterdir()):
        raise Refusal("backup.documents", path=documents.folder)


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
