"""A recorder that is killed; run as `python -m tests.work.recorder_killed <database> <folder>`."""

import sys
from pathlib import Path

from proxy.domain.events import Event
from proxy.store import eventos
from proxy.work.recorder import Recorder
from tests.killing import kill_anywhere, kill_before_each_step
from tests.work.worker_killed import install


def main(url: str, folder: Path) -> None:
    def work(number: int) -> None:
        installation = install(url, folder)
        with installation.db.transaction() as tx:
            for _ in range(3):
                eventos.note(tx, Event.LOGIN_FAILED, None, number=number)
        Recorder(installation).advance()
        installation.db.close()

    print(kill_before_each_step(work))
    kill_anywhere(work, rounds=15, seconds=0.1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
