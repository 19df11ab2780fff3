"""A suspended casilla over HTTP: S81, S31, S41."""

from collections.abc import Callable

from proxy.flows import cuentas
from proxy.installation import Installation
from tests.people import Person
from tests.web.registering import shape
from tests.web.visitor import Visitor

Maker = Callable[[], Visitor]


def suspend(installation: Installation, person: Person) -> None:
    with installation.db.transaction() as tx:
        cuentas.suspend(tx, person.identidad)


def test_the_owner_reads_what_happened_and_what_to_do_after_their_code(
    visitor: Visitor,
    installation: Installation,
    rosa: Person,
    mailed_code: Callable[[], str],
) -> None:
    suspend(installation, rosa)
    assert visitor.password(rosa.identidad.number, rosa.password).status_code == 303
    page = visitor.code(mailed_code())
    assert page.status_code == 403
    assert "Su casilla está suspendida" in page.text
    assert "No se perdió nada de lo que tiene en ella." in page.text
    assert "Llámenos al teléfono que está al pie de esta página" in page.text
    assert installation.catalog.entity.contacto.telefono in page.text
    assert visitor.get("/casilla/").status_code == 303


def test_an_open_page_leads_to_the_login_at_once(
    inside: Callable[[Person], Visitor], installation: Installation, rosa: Person
) -> None:
    her = inside(rosa)
    assert her.get("/casilla/").status_code == 200
    suspend(installation, rosa)
    assert her.get("/casilla/").headers["location"].startswith("/casilla/ingresar/")


def test_no_page_tells_a_stranger_that_it_is_suspended(
    make_visitor: Maker, installation: Installation, rosa: Person, bruno: Person
) -> None:
    """S31: neither the login nor the recovery, up to the code."""
    suspend(installation, rosa)
    seen = []
    for person in (rosa, bruno):
        visitor = make_visitor()
        number = person.identidad.number
        pages = [visitor.password(number, "otra-clave-cualquiera")]
        pages += [visitor.password(number, person.password), visitor.get("/casilla/token/")]
        pages.append(visitor.code("000000"))
        seen.append(
            [
                (*shape(page)[:1], shape(page)[1].replace(number, ""), shape(page)[2])
                for page in pages
            ]
        )
    assert seen[0] == seen[1]
