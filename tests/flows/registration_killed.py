"""Openings that are killed; run as `python -m tests.flows.registration_killed <database>`."""

import sys

from proxy.domain.client import Client
from proxy.domain.identidad import cui_digit
from proxy.store.db import Database
from tests.flows.newcomer import ELENA, Newcomer, code_of
from tests.killing import kill_before_each_step
from tests.people import vault


def main(url: str) -> None:
    def work(number: int) -> None:
        db = Database(url, vault=vault)
        dni, email = f"{42_000_000 + number}", f"p{number}@example.com"
        newcomer = Newcomer(db, Client(f"10.0.{number // 250}.{number % 250}", "Firefox"))
        form = ELENA | {"numero": dni, "cui": cui_digit(dni), "correo": email, "correo2": email}
        newcomer.reach_email(form)
        newcomer.validate(code_of(db))
        db.close()

    print(kill_before_each_step(work))


if __name__ == "__main__":
    main(sys.argv[1])
