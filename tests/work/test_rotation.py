"""A running worker and its keys, and the links and codes that follow from them."""

import base64
import json
import re
import secrets
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from proxy.domain.codes import code_for
from proxy.installation import Installation
from proxy.keys import ring
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.work.whatever import WHATEVER

Leave = Callable[..., None]
CODE = {name: value for name, value in WHATEVER.items() if name != "link"} | {"purpose": "login"}
CHALLENGE = bytes.fromhex(str(WHATEVER["challenge"]))


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "LOOK_EVERY", 0.0)


def rotate(path: Path) -> None:
    keys = json.loads(path.read_text())["claves"]
    fresh = {"id": f"k{len(keys) + 1}", "clave": base64.b64encode(secrets.token_bytes(32)).decode()}
    path.write_text(json.dumps({"claves": [*keys, fresh]}))
    time.sleep(0.01)


def texts(folder: Path) -> list[str]:
    letters = (
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (folder / "correo" / "new").iterdir()
    )
    return sorted(
        str(body.get_content()) for letter in letters if (body := letter.get_body(("plain",)))
    )


def test_a_running_worker_writes_what_was_sealed_before_and_after_a_rotation(
    installation: Installation, leave: Leave, tmp_path: Path
) -> None:
    mailer = Mailer(installation, path_of)
    leave("login_code", **CODE)
    rotate(installation.settings.keys_file)
    leave("login_code", **CODE | {"key_id": "k2"})
    assert installation.vault.newest == "k2"
    assert mailer.deliver_due() == 2
    written = "\n".join(texts(tmp_path))
    for key_id in ("k1", "k2"):
        key = installation.vault.code_key(key_id)
        assert key is not None
        code = code_for(key, "login", CHALLENGE, 1)
        assert f"{code[:3]} {code[3:]}" in written


def test_a_code_of_a_key_that_was_retired_is_not_sent(
    installation: Installation, leave: Leave, tmp_path: Path
) -> None:
    """It would open nothing."""
    leave("login_code", **CODE | {"key_id": "k0"})
    leave()
    assert Mailer(installation, path_of).deliver_due() == 1


def test_a_link_is_signed_as_the_message_leaves_and_for_its_purpose_alone(
    installation: Installation, leave: Leave, tmp_path: Path
) -> None:
    link = secrets.token_bytes(16)
    leave("recovery_link", **WHATEVER | {"link": link.hex()})
    assert Mailer(installation, path_of).deliver_due() == 1
    (text,) = texts(tmp_path)
    (token,) = re.findall(r"https://casilla\.test/casilla/recuperar/enlace/([^/\s]+)/\s", text)
    assert link.hex() not in text
    assert installation.signing.link_of("recovery", token) == link
    for other in ("activation", "undo", "not_me", "registration"):
        assert installation.signing.link_of(other, token) is None
