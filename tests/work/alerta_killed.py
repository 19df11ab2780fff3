"""Workers that are killed with an alerta; `python -m tests.work.alerta_killed DATABASE FOLDER`."""

import sys
from dataclasses import replace
from pathlib import Path

from proxy.flows import alertas
from proxy.store import casillas
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.casilla import Casilla
from tests.killing import kill_anywhere, kill_before_each_step, spared
from tests.people import ROSA
from tests.work.worker_killed import install


def main(url: str, folder: Path) -> None:
    catalog = install(url, folder).catalog

    def work(number: int) -> None:
        installation = install(url, folder)
        installation.catalog = catalog  # read once, and not in each fork
        with spared(), installation.db.transaction() as tx:
            casilla = casillas.by_identidad(tx, ROSA.identidad)
            assert casilla is not None
            one = Casilla(replace(ROSA, id=casilla.id)).serve(tx)
            alertas.write(tx, casilla, one, sms=False)
        Mailer(installation, path_of).deliver_due()
        installation.db.close()

    print(kill_before_each_step(work))
    kill_anywhere(work, rounds=10, seconds=0.1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
