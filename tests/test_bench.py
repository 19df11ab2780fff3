"""The bench judges: what was missed, broken or not measured is said again at the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import locked_head
from proxy.domain.events import Event
from proxy.flows.audit import Whole
from proxy.store import eventos
from proxy.store.db import Database
from tests.people import ROSA, open_casilla, vault
from tests.recorded import verify

ROOT = Path(__file__).parents[1]
SCRIPTS = {
    "slow": 'from bench import figures\nfigures.at_most(2, 2.01, "slow: 2.01 of the peer")',
    "few": 'from bench import figures\nfigures.at_least(0.6, 0.59, "few: 0.59 of the peer")',
    "good": 'from bench import figures\nfigures.at_most(2, 2, "good: 2.00 of the peer")',
    "broken": "raise SystemExit('nobody answers')",
    "without": 'from bench import figures\nfigures.lacks("without", "wrk")',
}
WITHOUT = "NOT MEASURED without: wrk is missing: on Debian, apt install wrk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A second part of the package `bench`, and a PATH on which there is no tool."""
    (tmp_path / "bench").mkdir()
    for name, text in SCRIPTS.items():
        (tmp_path / "bench" / f"{name}.py").write_text(text)
    return tmp_path


def bench(folder: Path, *scripts: str, **more: str) -> tuple[int, list[str]]:
    """The exit code, and the lines."""
    others = {"BENCH_QUICK", "REQUIRE_ENGINES"}
    variables = {key: value for key, value in os.environ.items() if key not in others}
    done = subprocess.run(
        [sys.executable, "-m", "bench", *scripts],
        cwd=ROOT,
        env=variables | {"PYTHONPATH": str(folder), "PATH": str(folder)} | more,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("script", "again"),
    [
        ("slow", "MISSED slow: 2.01 of the peer (at most 2)"),
        ("few", "MISSED few: 0.59 of the peer (at least 0.6)"),
        ("broken", "BROKEN broken: see what it said above"),
    ],
)
def test_a_missed_figure_or_a_broken_script_is_said_at_the_end_and_exits_1(
    script: str, again: str, folder: Path
) -> None:
    code, lines = bench(folder, script, "good")
    assert code == 1
    assert lines[-3:] == ["good: 2.00 of the peer (at most 2)", "", again]


def test_a_script_without_its_tool_names_the_package_and_the_others_go_on(folder: Path) -> None:
    good = "good: 2.00 of the peer (at most 2)"
    assert bench(folder, "without", "good") == (0, [WITHOUT, good, "", WITHOUT])


def test_where_nothing_may_be_skipped_a_tool_that_is_not_there_exits_1(folder: Path) -> None:
    assert bench(folder, "without", REQUIRE_ENGINES="1")[0] == 1


def test_a_quick_run_judges_no_figure_but_finds_a_broken_script(folder: Path) -> None:
    assert bench(folder, "slow", "few", BENCH_QUICK="1")[0] == 0
    assert bench(folder, "slow", "broken", BENCH_QUICK="1")[0] == 1


def test_the_locked_head_writes_an_audit_that_today_is_whole(database_url: str) -> None:
    db = locked_head.LockedHead(database_url, vault=vault)
    closing = locked_head.let_write(db)
    rosa = open_casilla(db, ROSA)
    with db.transaction() as tx:
        eventos.note(tx, Event.LOGIN_FAILED, rosa.id)
        locked_head.note(tx, Event.PASSWORD_CHANGED, rosa.id, "203.0.113.7")
    locked_head.close(db, closing)
    db.close()

    db = Database(database_url, vault=vault)
    found = verify(db)
    db.close()
    assert isinstance(found, Whole)
    assert found.rows == 3
