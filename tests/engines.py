"""A PostgreSQL of the tests' own: real, on a free port, in a temporary folder, gone at the end."""

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
    """A running server; each `new_database` is an empty one of its own."""

    def __enter__(self) -> "Postgres":
        binaries = find_postgres()
        if binaries is None:
            raise FileNotFoundError("initdb")
        self.folder = Path(tempfile.mkdtemp(prefix="casilla-postgres-"))
        self._names = count()
        self.port = _free_port()
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run(
            str(binaries / "initdb"), "-D", f"{self.folder}/data", "-U", "casilla",
            "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        command = [
            str(binaries / "postgres"), "-D", f"{self.folder}/data", "-p", str(self.port),
            "-h", "127.0.0.1", "-k", str(self.folder), "-c", "max_connections=200",
        ]  # fmt: skip
        log = (self.folder / "log").open("w")
        self._server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=self.folder, **self._as_user()
        )
        log.close()
        self._wait()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait()
        shutil.rmtree(self.folder)

    @property
    def pid(self) -> int:
        return self._server.pid

    def new_database(self) -> str:
        name = f"casilla_{next(self._names)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self._url(name).replace("postgresql://", "postgresql+psycopg://")

    def drop_database(self, url: str) -> None:
        name = url.rpartition("/")[2]
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return f"postgresql://casilla@127.0.0.1:{self.port}/{name}"

    def _wait(self) -> None:
        while True:
            try:
                psycopg.connect(self._url("postgres")).close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None

    def _run(self, *command: str) -> None:
        subprocess.run(
            command, check=True, capture_output=True, cwd=self.folder, **self._as_user()
        )

    def _as_user(self) -> dict[str, int | str]:
        if self._user is None:
            return {}
        account = pwd.getpwnam(self._user)
        return {"user": account.pw_uid, "group": account.pw_gid}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
