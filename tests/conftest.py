"""Real parts for every test: both databases, and the browser of the system.

Without one of them, its tests are skipped. With REQUIRE_ENGINES=1, as in CI, they fail instead.
"""

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from proxy.store.db import Database
from proxy.store.schema import migrate
from tests.engines import Postgres, find_postgres

REQUIRED = os.environ.get("REQUIRE_ENGINES") == "1"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", event =>
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))
"""

expect.set_options(timeout=30_000)  # a busy machine is slow
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

LENTO = pytest.StashKey[int]()

# To look for garbage takes half of the time in which the tests are imported, and none is found.
gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()  # what was imported stays: no later look goes through it


def pytest_deselected(items: list[pytest.Item]) -> None:
    config = items[0].config
    config.stash[LENTO] = sum(item.get_closest_marker("lento") is not None for item in items)
    if hasattr(config, "workeroutput"):
        config.workeroutput["lento"] = config.stash[LENTO]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each process of pytest-xdist leaves out the same, and only they know how many."""
    node.config.stash[LENTO] = getattr(node, "workeroutput", {}).get("lento", 0)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if count := config.stash.get(LENTO, 0):
        terminalreporter.write_line(
            f"Left out {count} slow tests: .venv/bin/pytest -m lento, or make check, runs them."
        )


def hasten(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    if isinstance(connection, sqlite3.Connection) and "hastened" not in record.info:
        with suppress(sqlite3.Error):  # what is wrong with a file is for its test to meet
            connection.execute("PRAGMA synchronous=OFF")
        record.info["hastened"] = True


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """None happens here, and to wait for the disk takes longer than what most tests do. Whoever is
    killed loses nothing by it: what was written is with the system."""
    event.listen(Pool, "checkout", hasten)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield
    event.remove(Pool, "checkout", hasten)


@pytest.fixture
def as_installed() -> Iterator[None]:
    """SQLite waits for the disk."""
    event.remove(Pool, "checkout", hasten)
    yield
    event.listen(Pool, "checkout", hasten)


def missing(what: str) -> None:
    if REQUIRED:
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if find_postgres() is None:
        missing("PostgreSQL")
    # This data need not survive a crash. Only the server can turn fsync off, no client can.
    with Postgres("fsync=off", "full_page_writes=off") as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, once for each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop_database(url)


def migrated(url: str) -> str:
    db = Database(url)
    migrate(db)
    db.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each test copies this file: to migrate takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "casilla.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgres: Postgres) -> str:
    return migrated(postgres.new_database())


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture
def postgresql_url(postgres: Postgres, postgresql_template: str) -> Iterator[str]:
    url = postgres.lend(postgresql_template)
    yield url
    postgres.take_back(url, postgresql_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with its tables and no rows, once for each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `casilla migrar` makes in an empty folder: tables and keys, for a test to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    command = [str(Path(sys.executable).with_name("casilla")), "migrar"]
    environment = {name: os.environ[name] for name in os.environ if "CASILLA_" not in name}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def _complaint(message: ConsoleMessage, url: str) -> list[str]:
    """The error of a page, unless its own address failed: another test judges that."""
    if message.type != "error":
        return []
    itself = message.location["url"] == url and message.text.startswith("Failed to load resource")
    return [] if itself else [f"{url}: {message.text}"]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """An error in the console of a page fails the test at its end."""
    contexts = []
    complaints: list[str] = []

    def open_one(
        width: int = 1280, scheme: str = "light", javascript: bool = True, **context: object
    ) -> Page:
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
                java_script_enabled=javascript,
                locale="es-PE",
                timezone_id="America/Lima",
                **context,  # type: ignore[arg-type]
            )
        )
        contexts[-1].add_init_script(REPORT_VIOLATIONS)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_complaint(message, page.url)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
