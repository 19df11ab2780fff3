"""A real PostgreSQL for the tests, on a free port, in a temporary folder that goes at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType

import psycopg

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def find_postgres() -> Path | None:
    """The folder with initdb and postgres, or None when none is installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for place in PLACES:
        folders += sorted(Path("/").glob(place.lstrip("/")), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Postgres:
    """A running server. `new_database` makes a database, empty or a copy of another."""

    def __init__(self, *settings: str, disk: Path | None = None) -> None:
        self._settings, self._disk = settings, disk

    def __enter__(self) -> "Postgres":
        binaries = find_postgres()
        if binaries is None:
            raise FileNotFoundError("initdb")
        self.folder = Path(tempfile.mkdtemp(prefix="casilla-postgres-", dir=self._disk))
        self._names = count()
        self.port = free_port()
        self._user = _another_user() if os.getuid() == 0 else None
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            str(binaries / "initdb"), "-D", f"{self.folder}/data", "-U", "casilla",
            "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        self._pg_ctl = (str(binaries / "pg_ctl"), "-D", f"{self.folder}/data", "--wait")
        self.start()
        return self

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=200"
        options = " ".join([options, *(f"-c {setting}" for setting in self._settings)])
        self._run(*self._pg_ctl, "start", "-l", f"{self.folder}/log", "-o", options)

    def restart(self) -> None:
        """As after an update of its package: every connection ends."""
        self.end()
        self.start()

    def end(self) -> None:
        self._run(*self._pg_ctl, "stop", "-m", "fast")

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.end()
        shutil.rmtree(self.folder)

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def new_database(self, copied: str = "/template0") -> str:
        """Its URL. The copied database must have no open connection."""
        name, template = f"casilla_{next(self._names)}", copied.rpartition("/")[2]
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name).replace("postgresql://", "postgresql+psycopg://")

    def drop_database(self, url: str) -> None:
        name = url.rpartition("/")[2]
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return f"postgresql://casilla@127.0.0.1:{self.port}/{name}"

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.folder,
            text=True, check=False, **self._as_user(),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr}")

    def _as_user(self) -> dict[str, int | list[int]]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}


def _another_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    known = {account.pw_name: account for account in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
