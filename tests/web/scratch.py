"""A page of the tests' own with one form, and a riddle in it, at the whole application."""

import pytest
from jinja2 import ChoiceLoader, DictLoader
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from proxy import app as application
from proxy.domain import secrets
from proxy.flows.limiting import Charge
from proxy.installation import Installation
from proxy.web import captcha
from proxy.web import routes as table
from proxy.web.edge.cookies import VISIT, set_cookie
from proxy.web.edge.forms import read_form
from proxy.web.edge.pages import page
from proxy.web.edge.state import State

PAGE = """
{% extends "base.html" %}
{% from "partials/field.html" import field, summary %}
{% from "partials/captcha.html" import captcha %}
{% block title %}Prueba{% endblock %}
{% block content %}
<h1>Recuperar Clave</h1>
{{ summary(errors) }}
<form method="post" class="card" action="/casilla/{{ form }}/" novalidate>
  {{ sello(form) }}
  {% call field("dni", "DNI", errors.get("dni"), value=dni) %}inputmode="numeric"{% endcall %}
  {{ captcha(riddle, errors.get("captcha")) }}
  <button>Restablecer contraseña</button>
</form>
{% endblock %}
"""
DONE = """
{% extends "base.html" %}
{% block title %}Hecho{% endblock %}
{% block content %}<h1>hecho {{ dni }}</h1>{% endblock %}
"""


def _page(form: str) -> Route:
    async def show(request: Request) -> Response:
        visit = request.cookies.get(VISIT) or secrets.new_token()
        request.state.binding = visit
        return await _shown(
            request, form, visit, price=await captcha.least(request, form, sent=False)
        )

    async def send(request: Request) -> Response:
        fields = await read_form(request, form)
        visit = request.cookies.get(VISIT, "")
        if await captcha.another(request, form, fields):
            return await _shown(request, form, visit, dni=fields["dni"])
        if not fields["dni"].isdigit():
            return await _shown(request, form, visit, 400, errors={"dni": "Escriba su DNI."})
        price = await captcha.least(request, form, sent=True)
        error = await captcha.check(request, form, fields, Charge(price))
        if error:
            errors = {"captcha": error}
            return await _shown(request, form, visit, 400, dni=fields["dni"], errors=errors)
        return page(request, "done.html", dni=fields["dni"])

    return table.form(f"/{form}/", show, send, f"scratch:{form}")


async def _shown(
    request: Request,
    form: str,
    visit: str,
    status: int = 200,
    price: int = 1,
    **context: object,
) -> Response:
    riddle = await captcha.riddle(request, visit, form, price)
    values = {"riddle": riddle, "form": form, "errors": {}, "dni": ""} | context
    response = page(request, "scratch.html", status, **values)
    set_cookie(response, VISIT, visit)
    return response


def application_with_forms(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, *forms: str
) -> ASGIApp:
    """The application, with a page at /casilla/<form>/ for each of the forms."""
    monkeypatch.setattr(table, "CASILLA", [*map(_page, forms), *table.CASILLA])
    create_state = application.create_state

    def with_page(parts: Installation) -> State:
        state = create_state(parts)
        environment = state.templates.env
        assert environment.loader is not None
        environment.loader = ChoiceLoader(
            [DictLoader({"scratch.html": PAGE, "done.html": DONE}), environment.loader]
        )
        return state

    monkeypatch.setattr(application, "create_state", with_page)
    return application.create_app(installation)
