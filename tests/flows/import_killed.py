"""Imports that are killed; run as `python -m tests.flows.import_killed <database> <folder>`."""

import sys
from pathlib import Path

from proxy.commands import importing as driver
from proxy.flows import importing
from proxy.store.db import Database
from tests.killing import kill_anywhere, kill_before_each_step, spared
from tests.people import vault

LINES = 3  # of each file


def main(url: str, folder: Path) -> None:
    driver.BATCH = 2  # so that it is written in two

    def work(number: int) -> None:
        db, path = Database(url, vault=vault), folder / f"{number}.csv"
        first = 41_000_000 + number * LINES
        people = "".join(
            f"{first + n},Persona Ficticia,p{number}@example.com\n" for n in range(LINES)
        )
        with spared():
            part = path.with_suffix(".part")
            part.write_text(f"identidad,nombres,correo\n{people}")
            part.rename(path)
        steps = (importing.read, importing.check, importing.write)
        driver.bring(db, path, importing.COLUMNS, *steps, go_on=False)
        db.close()

    print(kill_before_each_step(work))
    kill_anywhere(lambda number: work(10_000 + number), rounds=15, seconds=0.06)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
