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
from typing import Any

import psycopg

# What a test may have changed of a database, beside its rows.
SHAPE = [
    f"SELECT md5(string_agg(({what})::text, ',' ORDER BY ({what})::text)) FROM {where}"
    for what, where in (
        ("nspname", "pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'"),
        ("relname, relkind", "pg_class WHERE relnamespace = 'public'::regnamespace"),
        (
            "attrelid::regclass, attname, atttypid, attnotnull, attisdropped",
            "pg_attribute JOIN pg_class ON attrelid = pg_class.oid "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
        ),
        (
            "tgname, tgenabled, pg_get_triggerdef(oid)",
            "pg_trigger WHERE NOT tgisinternal",
        ),
        ("tablename, rulename, definition", "pg_rules WHERE schemaname = 'public'"),
        ("proname, prosrc", "pg_proc WHERE pronamespace = 'public'::regnamespace"),
        (
            "conname, pg_get_constraintdef(oid)",
            "pg_constraint WHERE connamespace = 'public'::regnamespace",
        ),
        (
            "relname, indkey, indisunique, indpred IS NULL",
            "pg_index JOIN pg_class ON indexrelid = pg_class.oid "
            "WHERE relnamespace = 'public'::regnamespace",
        ),
        ("version_num", "alembic_version"),
        (
            "setconfig",
            "pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid "
            "WHERE datname = current_database()",
        ),
    )
]
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'"""
# The triggers that let nobody delete do not hold in a session that plays the part of a replica.
EMPTY = """
    DO $$
    DECLARE one record;
    BEGIN
        SET LOCAL lock_timeout = '2s';
        SET LOCAL session_replication_role = replica;
        FOR one IN SELECT tablename AS name FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', one.name); END LOOP;
        FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'
        LOOP PERFORM setval(format('%I', one.name)::regclass, 1, false); END LOOP;
    END $$"""
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
        self._clean: list[str] = []
        self._shapes: dict[str, str] = {}
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

    def lend(self, template: str) -> str:
        """A database like the template, made or used before: to make one takes a tenth of a
        second, which is longer than most tests."""
        return self._clean.pop() if self._clean else self.new_database(template)

    def take_back(self, url: str, template: str) -> None:
        """Empty it for the next test. One that somebody still uses, or changed, is dropped."""
        if self._shapes.get(template) is None:
            self._shapes[template] = self._shape(template)
        try:
            with psycopg.connect(self._plain(url), autocommit=True) as connection:
                [others] = connection.execute(OTHERS).fetchone() or (1,)
                if not others and self._shape_of(connection) == self._shapes[template]:
                    connection.execute(EMPTY)
                    self._clean.append(url)
                    return
        except psycopg.Error:
            pass
        self.drop_database(url)

    def _shape(self, url: str) -> str:
        with psycopg.connect(self._plain(url)) as connection:
            return self._shape_of(connection)

    @staticmethod
    def _shape_of(connection: psycopg.Connection[Any]) -> str:
        return "".join(str(connection.execute(query).fetchone()) for query in SHAPE)

    @staticmethod
    def _plain(url: str) -> str:
        return url.replace("postgresql+psycopg://", "postgresql://")

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
