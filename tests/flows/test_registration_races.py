"""One casilla and one set of credentials, whoever is quicker and whoever is killed (S27, S78)."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from proxy.domain.client import Client
from proxy.domain.identity import Answer
from proxy.domain.registration import NATURAL
from proxy.errors import Denied, Reason
from proxy.flows import opening
from proxy.store import casillas, tables
from proxy.store import outbox as messages
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE
from tests.flows.newcomer import CATALOG, ELENA, HER, Newcomer, code_of, count, leaving
from tests.flows.test_deposit import ROOT, _wait_for_the_dead
from tests.people import vault
from tests.racing import race


def validate(url: str) -> list[str]:
    """By the code, and then by the link, from a process of its own."""
    db = Database(url, Clock(), vault)
    newcomer = Newcomer(db)
    with db.reading() as tx:
        row = tx.conn.execute(select(tables.registrations.c.challenge_id)).scalar_one()
    newcomer.visit = outbox.messages(db, "visit")[0].context["visit"]
    code = code_of(db)
    found = [newcomer.validate(code), Newcomer(db, ELSEWHERE).follow(row, code)]
    db.close()
    return [denied.reason if denied else "opened" for denied in found]


def validate_mine(url: str) -> list[str]:
    """Each process has its own registration of the same identidad."""
    db = Database(url, Clock(), vault)
    found = [message.context["visit"] for message in outbox.messages(db, "visit")]
    answers = []
    for n, visit in random.sample(list(enumerate(found)), len(found)):
        newcomer = Newcomer(db)
        newcomer.visit = visit
        denied = newcomer.validate(code_of(db, n))
        answers.append(denied.reason if denied else "opened")
    db.close()
    return answers


def remember(db: Database, newcomer: Newcomer) -> None:
    """Hand the cookie of a browser to the other processes."""
    with db.transaction() as tx:
        messages.add_void(tx, "visit", visit=newcomer.visit)


def guess(url: str) -> list[str]:
    """The data of one person, right and wrong by turns, from a network of its own."""
    db = Database(url, Clock(), vault)
    newcomer = Newcomer(db, Client(f"198.51.100.{os.getpid() % 250}"))
    newcomer.accept()
    newcomer.choose(NATURAL)
    found = []
    for n in range(4):
        for name, answer in (("right", Answer.MATCHES), ("wrong", Answer.DIFFERS)):
            form = ELENA | {"nombres": f"Elena {'abcd'[n]} {name}"}
            found.append("limited" if isinstance(newcomer.data(form, answer), Denied) else name)
    db.close()
    return found


def test_four_processes_together_get_no_sixth_wrong_answer_about_one_person(
    database_url: str, db: Database
) -> None:
    """S40: what is given back for a right one makes no place for a sixth."""
    answers = Counter(race(guess, database_url))
    assert 1 <= answers["wrong"] <= 5
    assert answers["right"] >= 1


def test_four_processes_that_validate_the_same_open_one_casilla(
    database_url: str, db: Database
) -> None:
    newcomer = Newcomer(db).reach_email()
    remember(db, newcomer)
    answers = Counter(race(validate, database_url))
    assert answers.pop("opened") == 1
    assert set(answers) <= {Reason.GONE, Reason.OVER, Reason.LIMITED}
    assert (count(db, "casillas"), len(leaving(db, "credentials"))) == (1, 1)
    assert count(db, "acceptances") == 2


def test_several_registrations_of_one_identidad_at_once_open_one_casilla(
    database_url: str, db: Database
) -> None:
    for n in range(3):
        email = f"{n}@example.com"
        newcomer = Newcomer(db).reach_email(ELENA | {"correo": email, "correo2": email})
        remember(db, newcomer)
    answers = race(validate_mine, database_url)
    assert "opened" in answers
    assert (count(db, "casillas"), len(leaving(db, "credentials"))) == (1, 1)
    assert count(db, "acceptances") == 2


def test_the_slower_of_two_registrations_of_one_identidad_is_told_nothing(db: Database) -> None:
    """Its casilla is being opened by the other, whose transaction is not over yet."""
    slow = Newcomer(db).reach_email()
    code = code_of(db)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as tx:
            casillas.add(tx, HER, "Elena", "otra@example.com", None)
            waits = pool.submit(slow.validate, code)
            time.sleep(0.5)
            assert not waits.done()
        assert waits.result() is None
    assert count(db, "casillas") == 1
    assert leaving(db, "credentials") == []
    assert leaving(db, "already_registered") == ["otra@example.com"]


@pytest.mark.lento
def test_killed_at_any_instant_a_casilla_is_there_with_its_credentials_or_not_at_all(
    database_url: str, db: Database
) -> None:
    db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.registration_killed", database_url],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    _wait_for_the_dead(db)
    assert int(done.stdout) > 10, "it hardly ran"
    with db.reading() as tx:
        ids = tx.conn.execute(select(tables.casillas.c.id)).scalars().all()
        emails = [casillas.by_id(tx, casilla_id).email for casilla_id in ids]
        accepted = [len(opening.accepted(tx, casilla_id)) for casilla_id in ids]
    assert emails
    assert sorted(leaving(db, "credentials")) == sorted(emails)
    assert sorted(leaving(db, "affiliation")) == sorted(emails)
    assert set(accepted) == {len((CATALOG.terms, CATALOG.privacy))}
