"""Keys that are retired and killed; run as `python -m tests.flows.retire_killed <url> <ring>`."""

import sys
from pathlib import Path

from catalog.reading.reader import read_catalog
from proxy.flows import keys
from proxy.keys import file
from proxy.keys.ring import read_keyring
from proxy.store.db import Database
from tests.killing import kill_anywhere, kill_before_each_step, spared
from tests.ringed import opened

ENTITY = read_catalog().entity
keys.AT_ONCE = 3  # some tables take two goes


def main(url: str, ring: Path) -> None:
    def work(_number: int) -> None:
        db = opened(url, ring)
        with spared():
            retire_all(db, ring)  # what the one that was killed left
        with db.transaction() as tx:
            added = file.rotate(ring, tx.now)
        with db.transaction() as tx:
            keys.record_added(tx, added)
        retire_all(db, ring)
        db.close()

    print(kill_before_each_step(work))
    kill_anywhere(work, rounds=10, seconds=0.2)


def retire_all(db: Database, ring: Path) -> None:
    for key_id in list(read_keyring(ring).keys)[:-1]:
        retire(db, ring, key_id)


def retire(db: Database, ring: Path, key_id: str, *, force: bool = False) -> None:
    replaced = read_keyring(ring).replaced_at(key_id)
    with db.reading() as tx:
        keys.ready(tx, key_id, replaced, ENTITY, force=force)
    keys.renew(db, key_id, lambda _done: None)
    with db.transaction() as tx:
        keys.leave(tx, key_id, replaced, ENTITY, force=force)
        at = tx.now
    file.retire(ring, key_id, at)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
