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
from tests.killing import kill_anywhere, kill_at_every_other_line
from tests.people import ROSA

CODE = (
    "proxy/work/mailer.py",
    "proxy/flows/delivery.py",
    "proxy/store/outbox.py",
    "proxy/outside/mail.py",
    "proxy/outside/sms.py",
)


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
        with installation.db.transaction() as tx:
            casilla = casillas.by_identidad(tx, ROSA.identidad)
            assert casilla is not None
            leave(tx, casilla, number // 2)  # every other line, and each channel
        Mailer(installation, path_of).deliver_due()
        installation.db.close()

    print(kill_at_every_other_line(work, CODE))
    kill_anywhere(work, rounds=10, seconds=0.1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
