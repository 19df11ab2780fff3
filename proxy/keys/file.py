"""Changes the key file: one process at a time, and completely or not at all.

The new file is written beside the old one and replaces it in one step. A reader always finds one
of the two whole, also after a kill.
"""

import base64
import errno
import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from proxy.errors import Refusal
from proxy.keys.ring import AUDIT, derive, new_entry, read_keyring


def rotate(path: Path, at: datetime) -> str:
    with _changing(path) as ring:
        # No id of a retired key either: rows of the audit still name it.
        used = map(int, re.findall(r'"id": "k(\d+)"', json.dumps(ring)))
        key_id = f"k{max(used, default=0) + 1}"
        ring["claves"].append(new_entry(key_id, at))
    return key_id


def retire(path: Path, key_id: str, at: datetime) -> None:
    """Remove a key. Only the rows of the audit that it sealed can still be verified."""
    with _changing(path) as ring:
        refuse_in_use(path, key_id)
        entry = next(entry for entry in ring["claves"] if entry["id"] == key_id)
        ring["claves"].remove(entry)
        subkey = derive(base64.b64decode(entry["clave"]), AUDIT)
        kept = {"id": key_id, "hasta": at.isoformat(timespec="seconds")}
        kept["auditoria"] = base64.b64encode(subkey).decode()
        ring.setdefault("retiradas", []).append(kept)


def refuse_in_use(path: Path, key_id: str) -> None:
    """Refuses `keys.unknown`; and `keys.newest`: the key in use for new values."""
    keys = list(read_keyring(path).keys)
    if key_id not in keys:
        raise Refusal("keys.unknown", id=key_id)
    if key_id == keys[-1]:
        raise Refusal("keys.newest", id=key_id)


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, Any]]:
    path = path.resolve()  # a link to the file stays a link
    read_keyring(path)  # refuses a broken file: a change would not repair it
    try:
        with alone(path, owner=path):
            ring: dict[str, Any] = json.loads(path.read_text())
            yield ring
            replace(path, json.dumps(ring, indent=2), owner=path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise  # the disk is full: permissions are not the cause
        raise Refusal("keys.unwritable", path=path) from None


@contextmanager
def alone(path: Path, owner: Path) -> Iterator[None]:
    """One process at a time changes the file `path`. Raises OSError."""
    whose = owner.stat()
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        if os.fstat(lock.fileno()).st_uid != whose.st_uid:  # else root would shut the service out
            os.fchown(lock.fileno(), whose.st_uid, whose.st_gid)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replace(path: Path, content: str, owner: Path) -> None:
    """Call it `alone`. The new file belongs to whom the file `owner` belongs. Raises OSError."""
    beside, whose = path.with_name(f"{path.name}.nuevo"), owner.stat()
    beside.unlink(missing_ok=True)  # left by a process that was killed
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            # The service reads the file as its own user, also when root runs the command.
            os.fchown(descriptor, whose.st_uid, whose.st_gid)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
