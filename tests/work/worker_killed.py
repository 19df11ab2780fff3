"""Workers that are killed; run as `python -m tests.mail.worker_killed <database> <folder>`."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from proxy.domain.casilla import Casilla
from proxy.installation import Installation
from proxy.settings import Settings
from proxy.store import casillas, outbox
from proxy.store.tx import Tx, utc_now
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.killing import kill_anywhere, kill_before_each_step, spared
from tests.people import ROSA


def install(url: str, folder: Path, clock: Callable[[], datetime] = utc_now) -> Installation:
    settings = Settings(
        _env_file=None,
        database_url=url,
        keys_file=folder / "claves.json",
        mail_url=f"maildir:{folder}/correo",
        sms_url=f"maildir:{folder}/sms",
    )
    return Installation(settings, clock)


def leave(tx: Tx, casilla: Casilla, number: int) -> None:
    """By one channel or the other."""
    if number % 2:
        outbox.add(tx, "password_changed", casilla, channel="sms", recipient="+51987654321")
    else:
        outbox.add(tx, "notificacion_deposited", casilla)


def main(url: str, folder: Path) -> None:
    catalog = install(url, folder).catalog

    def work(number: int) -> None:
        installation = install(url, folder)
        installation.catalog = catalog  # read once, and not in each fork
        with spared():
            Mailer(installation, path_of).deliver_due()  # what the one that was killed left
            with installation.db.transaction() as tx:
                casilla = casillas.by_identidad(tx, ROSA.identidad)
                assert casilla is not None
                leave(tx, casilla, number)
        Mailer(installation, path_of).deliver_due()
        installation.db.close()

    by_mail = kill_before_each_step(lambda step: work(2 * step))
    print(by_mail + kill_before_each_step(lambda step: work(2 * step + 1)))
    kill_anywhere(work, rounds=10, seconds=0.1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
