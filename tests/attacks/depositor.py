"""Deposits one acto after another; `python -m tests.attacks.depositor <where> <folder> 0 9`.

<where> is a database, or the address of the API with a key: `http://real_…@127.0.0.1:8000`. A line
with the number and the id of each is the acknowledgement: from then on it must be there. One whose
acknowledgement was lost is sent again, as it was.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from proxy.errors import Refusal
from tests.casilla import pdf
from tests.flows.test_deposit import Sender
from tests.web.api.conftest import body, datos
from tests.work.worker_killed import install


def by_flow(url: str, folder: Path) -> Callable[[int], str]:
    sender = Sender(install(url, folder).db, folder / "documentos")

    def deposit(number: int) -> str:
        acto, anexo = (f"{name}.pdf" for name in ("acto", "anexo"))
        try:
            files = (acto, content(acto, number)), (anexo, content(anexo, number))
            return sender.deposit(*files, numero=str(number)).id.hex()
        except Refusal as refusal:
            assert refusal.code == "deposit.again"
            return str(refusal.data["id"])

    return deposit


def by_api(url: str) -> Callable[[int], str]:
    place = urlsplit(url)
    client = httpx2.Client(base_url=f"http://127.0.0.1:{place.port}/api/v1", timeout=20)
    client.headers |= {
        "Host": f"localhost:{place.port}",
        "Authorization": f"Bearer {place.username}",
    }

    def deposit(number: int) -> str:
        acto, anexo = content("acto", number), content("anexo", number)
        files = body(datos(acto, (anexo,), numero=str(number)), acto, (anexo,))
        while True:
            try:
                answer = client.post(
                    "/notificaciones", files=files, headers={"Idempotency-Key": f"n{number}"}
                )
            except httpx2.TransportError:  # it is dead, or not there again yet
                time.sleep(0.05)
                continue
            if answer.status_code in (200, 201):
                return str(answer.json()["id"])
            assert answer.status_code in (429, 503), answer.text
            time.sleep(float(answer.headers["Retry-After"]))

    return deposit


def content(name: str, number: int) -> bytes:
    """Its own: a later deposit of the same bytes would mend what was left broken."""
    return pdf(f"{name} de {number}")


def main(where: str, folder: str, first: str, end: str) -> None:
    api = where.startswith("http")
    deposit = by_api(where) if api else by_flow(where, Path(folder))
    for number in range(int(first), int(end)):
        print(number, deposit(number), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
