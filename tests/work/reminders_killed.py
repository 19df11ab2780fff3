"""A worker that is killed before each step of what is due, on one day after another.

Run it as `python -m tests.work.reminders_killed <database> <folder>`.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from proxy.domain.effect import Ruling
from proxy.domain.plazo_asked import BY_DEFAULT
from proxy.installation import Installation
from proxy.work.reminders import Reminder
from tests.flows.test_deposit import Sender
from tests.killing import kill_before_each_step, spared
from tests.plazos import at, governed_by
from tests.work.worker_killed import install

CATALOG = governed_by("acuse-5-dias-b1")
DEPOSITED, FIRST = at("2026-11-16T10:00"), at("2026-12-16T10:00")


def on(url: str, folder: Path, now: datetime) -> Installation:
    installation = install(url, folder, lambda: now)
    installation.catalog = CATALOG  # read once, and not in each fork
    return installation


def do_all(installation: Installation) -> None:
    reminder = Reminder(installation)
    while reminder.look():
        pass
    installation.db.close()


def main(url: str, folder: Path) -> None:
    def work(number: int) -> None:
        with spared():
            before = on(url, folder, DEPOSITED)
            sender = Sender(before.db, folder / "documentos")
            sender.deposit(anew=True, ruling=Ruling(CATALOG, BY_DEFAULT))
            before.db.close()
        do_all(on(url, folder, FIRST + timedelta(days=number)))

    print(kill_before_each_step(work))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
