"""The mark of the line, kept outside the database: a signed file beside the key ring.

Who writes to the database alone cannot take it back. It says where the line ended, and with which
chain; an older copy of the tables does not reach that far.
"""

import hmac
import json
from pathlib import Path
from typing import Any

from proxy.domain.evento import Mark
from proxy.domain.vault import Unsealable, Vault
from proxy.errors import Refusal
from proxy.keys.file import alone, replace

SUFFIX = ".marca"


def path_of_mark(keys_file: Path) -> Path:
    return keys_file.with_name(keys_file.name + SUFFIX)


def read_mark(keys_file: Path, vault: Vault) -> Mark | None:
    """None: there is none. Refuses `mark.unreadable`, and `mark.damaged`: no key signed it."""
    path = path_of_mark(keys_file)
    try:
        told = json.loads(path.read_text())
        mark = Mark(int(told["lugar"]), bytes.fromhex(told["cadena"]))
        signed = _signed(vault, told["clave"], mark)
    except FileNotFoundError:
        return None
    except OSError:
        raise Refusal("mark.unreadable", path=path) from None
    except (ValueError, KeyError, TypeError, OverflowError, Unsealable):
        raise Refusal("mark.damaged", path=path) from None
    if not hmac.compare_digest(signed.encode(), str(told.get("firma")).encode()):
        raise Refusal("mark.damaged", path=path)
    return mark


def write_mark(keys_file: Path, vault: Vault, mark: Mark) -> None:
    """Whole or not at all, and never over a newer one. Raises OSError; refuses `mark.damaged`."""
    path = path_of_mark(keys_file)
    told: dict[str, Any] = {"lugar": mark.place, "cadena": mark.chain.hex(), "clave": vault.newest}
    told["firma"] = _signed(vault, vault.newest, mark)
    with alone(path, owner=keys_file):
        there = read_mark(keys_file, vault)
        if there is None or there.place < mark.place:
            replace(path, json.dumps(told), owner=keys_file)


def _signed(vault: Vault, key_id: str, mark: Mark) -> str:
    return vault.attest(b"mark" + mark.place.to_bytes(8, "big") + mark.chain, key_id).hex()
