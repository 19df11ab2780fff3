"""No secret of a walk through every flow is left lying about: S66, S69.

Every password, code, token and cookie of it, and the owner's DNI and addresses, are looked for in
the log, in the bytes of the database and in the subjects of the messages.
"""

import logging
from collections.abc import Callable
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from proxy.installation import Installation
from proxy.logs import JsonLines
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.clock import Clock
from tests.outbox import messages
from tests.people import Person
from tests.web.conftest import newest_code
from tests.web.recovering import Recovering, followed
from tests.web.visitor import Visitor

NEW, NEWER, NEWEST = "Olluco-volcan-93", "Quinua-canto-58", "Mashua-risco-27"


def jar(visitor: Visitor) -> set[str]:
    return {value for value in visitor.client.cookies.values() if len(value) > 20}


def test_no_secret_is_logged_stored_or_put_in_a_subject(
    installation: Installation,
    make_visitor: Callable[[], Visitor],
    rosa: Person,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    mailer, her = Mailer(installation, path_of), make_visitor()
    secrets = {rosa.identidad.number, rosa.email, rosa.nombres, rosa.password, NEW, NEWER, NEWEST}

    her.password(rosa.identidad.number, "una-clave-equivocada")
    secrets |= jar(her) | {"una-clave-equivocada"}
    her.password(rosa.identidad.number, rosa.password)
    secrets |= jar(her) | {newest_code(installation, "login_code")}
    assert her.code(newest_code(installation, "login_code")).status_code == 303
    secrets |= jar(her)
    fields = {"antigua": rosa.password, "nueva": NEW, "repetida": NEW}
    changed = her.send(her.get("/casilla/clave/"), "/casilla/clave/", **fields)
    assert changed.headers["location"] == "/casilla/?clave=1"
    secrets |= jar(her)
    mailer.deliver_due()

    clock.advance(hours=1)
    steps = Recovering(make_visitor())
    steps.started(rosa)
    secrets |= jar(steps.visitor)
    steps.sent()
    secrets |= jar(steps.visitor) | {newest_code(installation, "recovery_code")}
    steps.verified(newest_code(installation, "recovery_code"))
    secrets |= jar(steps.visitor)
    assert steps.chosen(NEWER).url.path == "/casilla/recuperar/listo/"

    clock.advance(hours=1)
    asker = make_visitor()
    path = "/casilla/recuperar/correo/"
    asked = {"persona": "natural", "tipo": "DNI", "numero": rosa.identidad.number}
    asker.send(asker.get(path), path, correo=rosa.email, **asked)
    link = messages(installation.db, "recovery_link")[-1].context["link"]
    token = installation.signing.link("recovery", bytes.fromhex(link))
    page = followed(asker, token)
    done = asker.send(page, "/casilla/recuperar/cambio/", nueva=NEWEST, repetida=NEWEST)
    assert done.headers["location"] == "/casilla/recuperar/listo/"
    secrets |= jar(asker) | {token}
    mailer.deliver_due()

    assert len(secrets) > 15
    ours = [record for record in caplog.records if not record.name.startswith("http")]
    log = "".join(JsonLines().format(record) for record in ours)  # the rest is of the visitor
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("casilla.db*"))
    letters = [path.read_bytes() for path in (tmp_path / "correo" / "new").iterdir()]
    parsed = [BytesParser(policy=policy.default).parsebytes(letter) for letter in letters]
    subjects = "\n".join(str(message["Subject"]) for message in parsed)
    assert len(parsed) >= 6 and len(ours) > 10 and len(stored) > 100_000
    for secret in secrets:
        assert secret not in log, "logged"
        assert secret.encode() not in stored, "stored"
        assert secret not in subjects, "in a subject"
