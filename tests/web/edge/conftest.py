"""The pages of the casilla, one of each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx2 import Response

from proxy.installation import Installation
from proxy.store import casillas, links
from tests.people import Person
from tests.web.recovering import Recovering, followed
from tests.web.visitor import Visitor


@pytest.fixture
def every_page(
    her: Visitor,
    letter: str,
    visitor: Visitor,
    rosa: Person,
    installation: Installation,
    make_visitor: Callable[[], Visitor],
    recovery_code: Callable[[], str],
) -> dict[str, Response]:
    """One of each, by the name of its template."""
    visitor.password(rosa.identidad.number, rosa.password)
    asked = installation.signing.disavowal("0f" * 16)
    disavow = visitor.follow(f"/casilla/no-fui-yo/{asked}/")
    not_me = f"/casilla/no-fui-yo/clave/{installation.signing.link('not_me', bytes(16))}/"
    unread = her.get(letter)
    forgetful, changing = Recovering(make_visitor()), her.get("/casilla/clave/")
    start = forgetful.get("/casilla/recuperar/")
    channel = forgetful.started(rosa)
    code = forgetful.sent()
    resend = forgetful.get("/casilla/recuperar/reenviar/")
    choose = forgetful.verified(recovery_code())
    lost, finished = make_visitor(), make_visitor()
    signing, db = installation.signing, installation.db
    with db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        good = links.add(tx, "recovery", rosa.id, timedelta(hours=1))
        change = signing.link("recovery", good)
    done = {"Cookie": f"__Host-flujo={signing.link('recovery:done', bytes(16))}"}
    return {
        "password/change.html": changing,
        "password/disavow.html": lost.follow(not_me),
        "password/disavowed.html": lost.send(lost.follow(not_me), "/no-fui-yo/clave/"),
        "recovery/start.html": start,
        "recovery/channel.html": channel,
        "recovery/code.html": code,
        "recovery/resend.html": resend,
        "recovery/choose.html": choose,
        "recovery/done.html": finished.get("/casilla/recuperar/listo/", **done),
        "recovery/link.html": lost.get("/casilla/recuperar/correo/"),
        "recovery/sent.html": lost.get("/casilla/recuperar/enviado/"),
        "recovery/mislaid.html": followed(lost, "inventado"),
        "recovery/change.html": followed(lost, change),
        "login/password.html": visitor.get("/casilla/ingresar/"),
        "login/code.html": visitor.get("/casilla/token/"),
        "login/disavow.html": disavow,
        "login/disavowed.html": visitor.send(disavow, "/no-fui-yo/"),
        "login/left.html": visitor.get("/casilla/salir/"),
        "inbox/list.html": her.get("/casilla/"),
        "inbox/unread.html": unread,
        "inbox/notificacion.html": her.get(her.send(unread, "ver/").headers["location"]),
        "errors/not_found.html": her.get("/casilla/notificaciones/x/"),
        "errors/refused.html": visitor.client.post("/casilla/ingresar/", data={"sello": "x"}),
    }
