"""kill -9 before each step of a login, a change and a recovery: S78.

Never a code spent for nothing, a session that the audit does not know, a password whose owner was
not told, or a message lost.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.domain.events import Event
from proxy.flows.audit import Whole
from proxy.store import tables
from proxy.store.db import Database
from tests.outbox import messages
from tests.recorded import verify

ROOT = Path(__file__).parents[2]


@pytest.mark.lento
def test_a_killed_life_leaves_nothing_half_done(db: Database, database_url: str) -> None:
    command = [sys.executable, "-m", "tests.attacks.life_killed", database_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 12, "it hardly ran"
    assert isinstance(verify(db), Whole)
    with db.reading() as tx:
        challenges = tx.conn.execute(select(tables.challenges)).all()
        sessions = tx.conn.execute(select(tables.sessions)).all()
        devices = tx.conn.execute(select(tables.devices)).all()
        links = tx.conn.execute(select(tables.links)).all()
        casillas = tx.conn.execute(select(tables.casillas)).all()
        noted = tx.conn.execute(select(tables.eventos.c.kind, tables.eventos.c.casilla_id)).all()
    sent = [(message.name, message.casilla_id) for message in messages(db)]

    def of(casilla: int) -> list[int]:
        """What was done to the end, each counted by everything that has to go with it."""
        mine = [one for one in challenges if one.casilla_id == casilla]
        used = {name: sum(one.purpose == name and one.used_at is not None for one in mine)
                for name in ("login", "recovery_start", "recovery", "recovery_choose")}  # fmt: skip
        asked = [one.purpose for one in mine]
        changed = [link for link in links if (link.casilla_id, link.purpose) == (casilla, "not_me")]
        entered = [one for one in sessions if one.casilla_id == casilla]
        assert used["login"] == len(entered) == noted.count((Event.SESSION_STARTED, casilla))
        assert len(entered) == sum(one.casilla_id == casilla for one in devices)
        assert len(entered) == sent.count(("new_device", casilla))
        assert asked.count("login") == sent.count(("login_code", casilla))
        assert used["recovery_start"] == asked.count("recovery")
        assert asked.count("recovery") == sent.count(("recovery_code", casilla))
        assert used["recovery"] == asked.count("recovery_choose")
        assert len(changed) == noted.count((Event.PASSWORD_CHANGED, casilla))
        assert len(changed) == sent.count(("password_changed", casilla))
        assert used["recovery_choose"] == (len(changed) == 2)
        return [len(entered), len(changed)]

    ends = [of(row.id) for row in casillas]
    assert [0, 0] in ends and [1, 0] in ends and [1, 1] in ends and [1, 2] in ends
