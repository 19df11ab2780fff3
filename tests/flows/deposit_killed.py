"""Deposits that are killed; run as `python -m tests.flows.deposit_killed <database> <folder>`."""

import sys
from io import BytesIO
from pathlib import Path

from proxy.flows import deposit
from proxy.flows.deposit import Offered
from proxy.store.db import Database
from proxy.store.documents import Documents
from tests.casilla import pdf
from tests.flows.test_deposit import LIMA, LIMITS, describe
from tests.killing import kill_before_each_step
from tests.people import ROSA, vault
from tests.plazos import RULING


def main(url: str, folder: Path) -> None:
    def work(number: int) -> None:
        db, documents = Database(url, vault=vault), Documents(folder)
        # Bytes of their own: a later deposit of the same ones would mend what was left broken.
        files = [
            Offered(f"{position}.pdf", BytesIO(pdf(f"{number}-{position}")))
            for position in range(2)
        ]
        served = deposit.receive(documents, LIMITS, files[0], files[1:])
        with db.transaction() as tx:
            deposit.deposit(tx, LIMA, ROSA.identidad, describe(), served, RULING)
        db.close()

    print(kill_before_each_step(work))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
