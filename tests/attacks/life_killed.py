"""Lives that are killed; run as `python -m tests.attacks.life_killed <database>`."""

import sys
from dataclasses import replace

from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.flows.login import Opened
from proxy.store.db import Database
from tests.attacks.actor import Actor
from tests.clock import Clock
from tests.killing import kill_before_each_step, spared
from tests.people import PASSWORDS, ROSA, open_casilla, vault

HASHED = [PASSWORDS.hash(password) for password in ("Olluco-volcan-93", "Quinua-canto-58")]


def main(url: str) -> None:
    def work(number: int) -> None:
        """Log in, change the password, forget it and recover it."""
        db, identidad = Database(url, Clock(), vault), Identidad("DNI", f"{44_000_000 + number}")
        with spared():
            open_casilla(db, replace(ROSA, identidad=identidad))
        actor = Actor(db, Client(f"10.0.{number // 200}.{number % 200}"))
        assert isinstance(actor.enter(identidad, ROSA.password), Opened)
        assert actor.change(ROSA.password, HASHED[0]) is None
        assert actor.recover(identidad, HASHED[1]) is True
        db.close()

    print(kill_before_each_step(work))


if __name__ == "__main__":
    main(sys.argv[1])
