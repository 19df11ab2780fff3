"""Deposits one acto after another; `python -m tests.attacks.depositor <database> <folder> 0 9`.

A line with the number and the id of each is the acknowledgement: from then on it must be there. One
that is there already, because its acknowledgement was lost, is acknowledged again.
"""

import sys
from pathlib import Path

from proxy.errors import Refusal
from tests.casilla import pdf
from tests.flows.test_deposit import Sender
from tests.work.worker_killed import install


def main(url: str, folder: str, first: str, end: str) -> None:
    sender = Sender(install(url, Path(folder)).db, Path(folder, "documentos"))
    for number in range(int(first), int(end)):
        # Bytes of their own: a later deposit of the same ones would mend what was left broken.
        acto, anexo = ((f"{kind}.pdf", pdf(f"{kind} de {number}")) for kind in ("acto", "anexo"))
        try:
            told = sender.deposit(acto, anexo, numero=str(number)).id.hex()
        except Refusal as refusal:
            assert refusal.code == "deposit.again"
            told = str(refusal.data["id"])
        print(number, told, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
